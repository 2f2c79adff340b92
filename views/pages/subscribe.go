package pages

import (
	"strings"

	"smtpserver/views/layout"
)

// SubscribeWords are the sentences of the public pages and the mail, in one language.
type SubscribeWords struct {
	Title, Email, Name, Optional, Button, Asked, AskedText        string
	BadEmail, TooMuch, ConfirmTitle, ConfirmText, ConfirmButton   string
	DoneTitle, DoneText, GoneTitle, GoneText                      string
	PreferencesTitle, PreferencesText, Nothing, NothingText, Save string
	Saved, Unsubscribed                                           string
	Subject, Mail, Action, After, Reason                          string
}

// Say puts the sender and the list into a sentence.
func Say(sentence, sender, list string) string {
	return strings.NewReplacer("{sender}", sender, "{list}", list).Replace(sentence)
}

// SubscribeLanguages are those that the public pages speak; the first is the fallback.
var SubscribeLanguages = []string{"en", "de", "fr", "es"}

// WordsIn returns the words of a language, English when there are none.
func WordsIn(language string) SubscribeWords {
	if words, ok := subscribeWords[language]; ok {
		return words
	}
	return subscribeWords["en"]
}

var subscribeWords = map[string]SubscribeWords{
	"en": {
		Title: "Get “{list}” from {sender}", Email: "E-mail address", Name: "Name", Optional: "(optional)", Button: "Subscribe",
		Asked: "Please look into your mailbox", AskedText: "We sent you a mail with a link. Only when you follow it are you on the list.",
		BadEmail: "This is no e-mail address.", TooMuch: "Too many forms were sent in from here. Please try again in an hour.",
		ConfirmTitle: "Do you want “{list}”?", ConfirmText: "One click, so that programs which follow links in mails subscribe nobody.", ConfirmButton: "Yes, I want it",
		DoneTitle: "You are on the list", DoneText: "You will get “{list}” from {sender}. Each mail says how to stop it.",
		GoneTitle: "This link does not work any more", GoneText: "It works for seven days. Please fill in the form again.",
		PreferencesTitle: "What {sender} may send you", PreferencesText: "Untick what you do not want.", Nothing: "Nothing at all", NothingText: "You get no more newsletters from {sender}.", Save: "Save",
		Saved: "Saved. It holds from now on.", Unsubscribed: "You get no newsletters from {sender}.",
		Subject: "Please confirm: {list}", Mail: "Somebody, probably you, asked {sender} for “{list}” with this address. Follow the link if you want it.", Action: "Confirm", After: "The link works for seven days.",
		Reason: "You get this mail because your address was typed into a form. If it was not you, ignore it: you are on no list.",
	},
	"de": {
		Title: "„{list}“ von {sender} erhalten", Email: "E-Mail-Adresse", Name: "Name", Optional: "(freiwillig)", Button: "Anmelden",
		Asked: "Bitte schauen Sie in Ihr Postfach", AskedText: "Wir haben Ihnen eine E-Mail mit einem Link geschickt. Erst wenn Sie ihm folgen, stehen Sie auf der Liste.",
		BadEmail: "Das ist keine E-Mail-Adresse.", TooMuch: "Von hier wurden zu viele Formulare abgeschickt. Bitte versuchen Sie es in einer Stunde wieder.",
		ConfirmTitle: "Möchten Sie „{list}“?", ConfirmText: "Ein Klick, damit Programme, die Links in E-Mails öffnen, niemanden anmelden.", ConfirmButton: "Ja, ich möchte",
		DoneTitle: "Sie stehen auf der Liste", DoneText: "Sie bekommen „{list}“ von {sender}. In jeder E-Mail steht, wie Sie sich abmelden.",
		GoneTitle: "Dieser Link gilt nicht mehr", GoneText: "Er gilt sieben Tage. Bitte füllen Sie das Formular noch einmal aus.",
		PreferencesTitle: "Was {sender} Ihnen schicken darf", PreferencesText: "Nehmen Sie das Häkchen weg, wo Sie nichts möchten.", Nothing: "Gar nichts mehr", NothingText: "Sie bekommen keine Rundbriefe von {sender} mehr.", Save: "Speichern",
		Saved: "Gespeichert. Es gilt ab sofort.", Unsubscribed: "Sie bekommen keine Rundbriefe von {sender}.",
		Subject: "Bitte bestätigen: {list}", Mail: "Jemand, wahrscheinlich Sie, hat mit dieser Adresse „{list}“ von {sender} bestellt. Folgen Sie dem Link, wenn Sie das möchten.", Action: "Bestätigen", After: "Der Link gilt sieben Tage.",
		Reason: "Sie bekommen diese E-Mail, weil Ihre Adresse in ein Formular eingegeben wurde. Waren Sie es nicht, tun Sie nichts: Sie stehen auf keiner Liste.",
	},
	"fr": {
		Title: "Recevoir « {list} » de {sender}", Email: "Adresse e-mail", Name: "Nom", Optional: "(facultatif)", Button: "S'inscrire",
		Asked: "Consultez votre messagerie", AskedText: "Nous vous avons envoyé un e-mail avec un lien. Vous ne serez inscrit qu'après l'avoir suivi.",
		BadEmail: "Ce n'est pas une adresse e-mail.", TooMuch: "Trop de formulaires ont été envoyés d'ici. Réessayez dans une heure.",
		ConfirmTitle: "Voulez-vous « {list} » ?", ConfirmText: "Un clic, pour que les programmes qui ouvrent les liens des e-mails n'inscrivent personne.", ConfirmButton: "Oui, je le veux",
		DoneTitle: "Vous êtes inscrit", DoneText: "Vous recevrez « {list} » de {sender}. Chaque e-mail indique comment l'arrêter.",
		GoneTitle: "Ce lien n'est plus valable", GoneText: "Il est valable sept jours. Remplissez le formulaire à nouveau.",
		PreferencesTitle: "Ce que {sender} peut vous envoyer", PreferencesText: "Décochez ce que vous ne voulez pas.", Nothing: "Plus rien du tout", NothingText: "Vous ne recevrez plus de lettres de {sender}.", Save: "Enregistrer",
		Saved: "Enregistré, avec effet immédiat.", Unsubscribed: "Vous ne recevez pas de lettres de {sender}.",
		Subject: "Merci de confirmer : {list}", Mail: "Quelqu'un, sans doute vous, a demandé « {list} » à {sender} avec cette adresse. Suivez le lien si vous le voulez.", Action: "Confirmer", After: "Le lien est valable sept jours.",
		Reason: "Vous recevez cet e-mail parce que votre adresse a été saisie dans un formulaire. Si ce n'était pas vous, ne faites rien : vous n'êtes inscrit nulle part.",
	},
	"es": {
		Title: "Recibir «{list}» de {sender}", Email: "Correo electrónico", Name: "Nombre", Optional: "(opcional)", Button: "Suscribirme",
		Asked: "Mire su correo", AskedText: "Le hemos enviado un mensaje con un enlace. Solo cuando lo siga estará en la lista.",
		BadEmail: "Esto no es una dirección de correo.", TooMuch: "Se han enviado demasiados formularios desde aquí. Inténtelo dentro de una hora.",
		ConfirmTitle: "¿Quiere «{list}»?", ConfirmText: "Un clic, para que el software que abre los enlaces no suscriba a nadie.", ConfirmButton: "Sí, lo quiero",
		DoneTitle: "Está en la lista", DoneText: "Recibirá «{list}» de {sender}. Cada mensaje dice cómo dejarlo.",
		GoneTitle: "Este enlace ya no vale", GoneText: "Vale siete días. Rellene el formulario de nuevo.",
		PreferencesTitle: "Qué puede enviarle {sender}", PreferencesText: "Quite la marca de lo que no quiera.", Nothing: "Nada más", NothingText: "No recibirá más boletines de {sender}.", Save: "Guardar",
		Saved: "Guardado. Vale desde ahora.", Unsubscribed: "No recibe boletines de {sender}.",
		Subject: "Confirme, por favor: {list}", Mail: "Alguien, probablemente usted, pidió «{list}» a {sender} con esta dirección. Siga el enlace si lo quiere.", Action: "Confirmar", After: "El enlace vale siete días.",
		Reason: "Recibe este mensaje porque su dirección se escribió en un formulario. Si no fue usted, no haga nada: no está en ninguna lista.",
	},
}

// Subscribe is a list's form for the public.
type Subscribe struct {
	layout.Page
	FormID, Sender, List, Wording, Email, Name string
	Language                                   string
	Problem                                    string
	Asked                                      bool
}

func (v Subscribe) words() SubscribeWords { return WordsIn(v.Language) }

func (v Subscribe) say(sentence string) string { return Say(sentence, v.Sender, v.List) }

// SubscribeConfirm asks for the one click, or says how it went.
type SubscribeConfirm struct {
	layout.Page
	Sender, List, Language string
	Action                 string // where the click goes
	Done, Gone             bool
}

func (v SubscribeConfirm) words() SubscribeWords { return WordsIn(v.Language) }

func (v SubscribeConfirm) say(sentence string) string { return Say(sentence, v.Sender, v.List) }

// PreferenceShow is what a person may choose.
type PreferenceShow struct {
	layout.Page
	Token, Sender, Address, Language string
	Topics                           []PreferenceTopic
	Nothing, Saved                   bool
}

// PreferenceTopic is one topic.
type PreferenceTopic struct {
	ID, Name, Description string
	Wanted                bool
}

func (v PreferenceShow) words() SubscribeWords { return WordsIn(v.Language) }

func (v PreferenceShow) say(sentence string) string { return Say(sentence, v.Sender, "") }
