package pages

import (
	"strings"

	"smtpserver/views/layout"
)

// NewsletterWords are the sentences of the operator's own form that a customer's has not.
type NewsletterWords struct {
	List, Lead, Wording, Tracked, Private string
}

// NewsletterWordsIn returns the words of a language with the brand in them, English when
// there are none. What a person agrees to is Wording and Tracked, as they read them.
func NewsletterWordsIn(language, brand string) NewsletterWords {
	w, ok := newsletterWords[language]
	if !ok {
		w = newsletterWords["en"]
	}
	for _, text := range []*string{&w.List, &w.Lead, &w.Wording, &w.Tracked, &w.Private} {
		*text = strings.ReplaceAll(*text, "{sender}", brand)
	}
	return w
}

// Agreed is what a person who sends the form in agrees to.
func (w NewsletterWords) Agreed() string { return w.Wording + " " + w.Tracked }

var newsletterWords = map[string]NewsletterWords{
	"en": {
		List:    "Newsletter",
		Lead:    "What is new in {sender}, and what we learned about getting mail delivered. About once a month.",
		Wording: "I want the newsletter of {sender} at this address. I can leave at any time by the link in each mail.",
		Tracked: "Our newsletters are sometimes tracked: we see whether one was opened and which links were followed, to measure them and to improve what we offer.",
		Private: "Your address is used for this newsletter and nothing else, and given to nobody. More about it:",
	},
	"de": {
		List:    "Rundbrief",
		Lead:    "Was es Neues in {sender} gibt, und was wir über das Zustellen von E-Mail gelernt haben. Etwa einmal im Monat.",
		Wording: "Ich möchte den Rundbrief von {sender} an diese Adresse. Ich kann ihn jederzeit mit dem Link in jeder E-Mail abbestellen.",
		Tracked: "Unsere Rundbriefe werden manchmal ausgewertet: Wir sehen, ob einer geöffnet wurde und welchen Links gefolgt wurde, um sie zu messen und unser Angebot zu verbessern.",
		Private: "Ihre Adresse dient nur diesem Rundbrief und wird niemandem gegeben. Mehr darüber:",
	},
	"fr": {
		List:    "Lettre d'information",
		Lead:    "Les nouveautés de {sender}, et ce que nous avons appris sur la remise des e-mails. Environ une fois par mois.",
		Wording: "Je veux recevoir la lettre d'information de {sender} à cette adresse. Je peux l'arrêter à tout moment par le lien de chaque e-mail.",
		Tracked: "Nos lettres sont parfois suivies : nous voyons si elles ont été ouvertes et quels liens ont été suivis, pour les mesurer et améliorer ce que nous proposons.",
		Private: "Votre adresse ne sert qu'à cette lettre et n'est donnée à personne. En savoir plus :",
	},
	"es": {
		List:    "Boletín",
		Lead:    "Las novedades de {sender} y lo que aprendimos sobre la entrega de correo. Una vez al mes, más o menos.",
		Wording: "Quiero recibir el boletín de {sender} en esta dirección. Puedo dejarlo en cualquier momento con el enlace de cada mensaje.", //nolint:misspell // it is Spanish
		Tracked: "A veces hacemos un seguimiento de nuestros boletines: vemos si se abrieron y qué enlaces se siguieron, para medirlos y mejorar lo que ofrecemos.",
		Private: "Su dirección se usa solo para este boletín y no se da a nadie. Más información:",
	},
}

// Newsletter is the operator's sign-up form.
type Newsletter struct {
	layout.Page
	Email, Language, Problem string
	Asked                    bool
}

func (v Newsletter) words() SubscribeWords { return WordsIn(v.Language) }

func (v Newsletter) own() NewsletterWords { return NewsletterWordsIn(v.Language, v.BrandName()) }

func (v Newsletter) title() string { return Say(v.words().Title, v.BrandName(), v.own().List) }

func (v Newsletter) privacyWord() string {
	if word, ok := privacyWords[v.Language]; ok {
		return word
	}
	return privacyWords["en"]
}

var privacyWords = map[string]string{"en": "Privacy", "de": "Datenschutz", "fr": "Confidentialité", "es": "Privacidad"}

// languageNames are the languages of public pages, each in itself.
var languageNames = map[string]string{"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
