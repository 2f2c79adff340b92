package pages

import (
	"strings"
	"time"

	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// LeaveShow is what the person behind the link of a mail gets from its sender, and how they
// change it. It names no address.
type LeaveShow struct {
	layout.Page
	Token, Sender, Language string
	Topic                   string // of the mail; ""
	TopicLeft               bool
	Topics                  []PreferenceTopic
	Out, Held               bool
	PausedUntil             time.Time
	Done                    string // what was wished just now; ""
}

// LinkGone is the answer to what is no link of ours.
type LinkGone struct{ layout.Page }

// LinkStopped stands where a link led to harm.
type LinkStopped struct{ layout.Page }

// leaveWords are the sentences of the page in one language.
type leaveWords struct {
	Title, Text                                  string
	TopicButton, AllButton, Button               string
	OutTitle, OutText                            string
	TopicTitle, TopicText                        string
	PausedTitle, PausedText                      string
	HeldTitle, HeldText                          string
	BackTitle, BackText                          string
	Return, End                                  string
	PauseTitle, PauseText, Pause1, Pause3        string
	ChooseTitle, ChooseText, Save, Saved, Others string
	Date                                         string // form of a date
}

var leaveIn = map[string]leaveWords{
	"en": {
		Title: "Stop mail from {sender}?", Text: "One click, and it holds at once.",
		TopicButton: "No more “{topic}”", AllButton: "No newsletters at all from {sender}", Button: "Unsubscribe",
		OutTitle: "You are unsubscribed", OutText: "{sender} sends you no more newsletters. It holds from now on. Mail that you wait for, such as receipts, still comes.",
		TopicTitle: "No more “{topic}”", TopicText: "{sender} sends you no more mail of this kind. It holds from now on.",
		PausedTitle: "Paused until {date}", PausedText: "Until then {sender} sends you no newsletters. After that they come again by themselves.",
		HeldTitle: "You get no newsletters from {sender}", HeldText: "Nothing is sent to your address at the moment, so there is nothing to stop. You can still make sure that it stays so.",
		BackTitle: "You get mail from {sender} again", BackText: "Each mail says how to stop it.",
		Return: "Undo: send me mail again", End: "End the pause",
		PauseTitle: "Or take a break", PauseText: "Nothing comes meanwhile, and you need not sign up again.", Pause1: "One month", Pause3: "Three months",
		ChooseTitle: "Or choose what you get", ChooseText: "Untick what you do not want.", Save: "Save my choice", Saved: "Saved. It holds from now on.", Others: "What you get from {sender}",
		Date: "2 January 2006",
	},
	"de": {
		Title: "Keine E-Mails mehr von {sender}?", Text: "Ein Klick genügt und gilt sofort.",
		TopicButton: "„{topic}“ abbestellen", AllButton: "Gar keine Rundbriefe mehr von {sender}", Button: "Abmelden",
		OutTitle: "Sie sind abgemeldet", OutText: "{sender} schickt Ihnen keine Rundbriefe mehr. Das gilt ab sofort. E-Mails, auf die Sie warten, etwa Rechnungen, kommen weiterhin.",
		TopicTitle: "„{topic}“ ist abbestellt", TopicText: "{sender} schickt Ihnen nichts mehr davon. Das gilt ab sofort.",
		PausedTitle: "Pause bis {date}", PausedText: "Bis dahin schickt {sender} Ihnen keine Rundbriefe. Danach kommen sie von selbst wieder.",
		HeldTitle: "Sie bekommen keine Rundbriefe von {sender}", HeldText: "An Ihre Adresse wird zurzeit nichts geschickt. Sie können trotzdem festlegen, dass es so bleibt.",
		BackTitle: "Sie bekommen wieder E-Mails von {sender}", BackText: "In jeder E-Mail steht, wie Sie sich abmelden.",
		Return: "Rückgängig: wieder E-Mails erhalten", End: "Pause beenden",
		PauseTitle: "Oder machen Sie eine Pause", PauseText: "Solange kommt nichts, und Sie müssen sich nicht neu anmelden.", Pause1: "Einen Monat", Pause3: "Drei Monate",
		ChooseTitle: "Oder wählen Sie aus", ChooseText: "Nehmen Sie das Häkchen weg, wo Sie nichts möchten.", Save: "Auswahl speichern", Saved: "Gespeichert. Es gilt ab sofort.", Others: "Was Sie von {sender} bekommen",
		Date: "02.01.2006",
	},
	"fr": {
		Title: "Ne plus recevoir d'e-mails de {sender} ?", Text: "Un clic suffit, avec effet immédiat.",
		TopicButton: "Ne plus recevoir « {topic} »", AllButton: "Plus aucune lettre de {sender}", Button: "Se désinscrire",
		OutTitle: "Vous êtes désinscrit", OutText: "{sender} ne vous enverra plus de lettres, avec effet immédiat. Les e-mails que vous attendez, comme les factures, continuent d'arriver.", //nolint:misspell // it is French
		TopicTitle: "Plus de « {topic} »", TopicText: "{sender} ne vous enverra plus ce type d'e-mails, avec effet immédiat.",
		PausedTitle: "En pause jusqu'au {date}", PausedText: "Jusque-là, {sender} ne vous envoie pas de lettres. Ensuite, elles reprennent d'elles-mêmes.",
		HeldTitle: "Vous ne recevez pas de lettres de {sender}", HeldText: "Rien n'est envoyé à votre adresse en ce moment. Vous pouvez tout de même faire en sorte que cela dure.",
		BackTitle: "Vous recevez de nouveau les e-mails de {sender}", BackText: "Chaque e-mail indique comment l'arrêter.",
		Return: "Annuler : recevoir de nouveau les e-mails", End: "Mettre fin à la pause",
		PauseTitle: "Ou faites une pause", PauseText: "Rien n'arrive entre-temps, sans devoir vous réinscrire.", Pause1: "Un mois", Pause3: "Trois mois",
		ChooseTitle: "Ou choisissez", ChooseText: "Décochez ce que vous ne voulez pas.", Save: "Enregistrer mon choix", Saved: "Enregistré, avec effet immédiat.", Others: "Ce que vous recevez de {sender}",
		Date: "02/01/2006",
	},
	"es": {
		Title: "¿No quiere más correo de {sender}?", Text: "Basta un clic y vale desde ahora.",
		TopicButton: "No quiero más «{topic}»", AllButton: "Ningún boletín de {sender}", Button: "Darme de baja",
		OutTitle: "Está dado de baja", OutText: "{sender} no le enviará más boletines. Vale desde ahora. El correo que usted espera, como las facturas, sigue llegando.",
		TopicTitle: "No recibirá más «{topic}»", TopicText: "{sender} no le enviará más correo de este tipo. Vale desde ahora.",
		PausedTitle: "En pausa hasta el {date}", PausedText: "Hasta entonces {sender} no le envía boletines. Después vuelven por sí solos.",
		HeldTitle: "No recibe boletines de {sender}", HeldText: "Ahora no se envía nada a su dirección. Aun así puede asegurarse de que siga así.",
		BackTitle: "Vuelve a recibir correo de {sender}", BackText: "Cada mensaje dice cómo dejarlo.",
		Return: "Deshacer: volver a recibir correo", End: "Terminar la pausa",
		PauseTitle: "O haga una pausa", PauseText: "Mientras tanto no llega nada y no tiene que apuntarse otra vez.", Pause1: "Un mes", Pause3: "Tres meses",
		ChooseTitle: "O elija qué recibe", ChooseText: "Quite la marca de lo que no quiera.", Save: "Guardar mi elección", Saved: "Guardado. Vale desde ahora.", Others: "Qué recibe de {sender}",
		Date: "02/01/2006",
	},
}

func (v LeaveShow) words() leaveWords {
	if w, ok := leaveIn[v.Language]; ok {
		return w
	}
	return leaveIn["en"]
}

func (v LeaveShow) say(sentence string) string {
	return strings.NewReplacer("{sender}", v.Sender, "{topic}", v.Topic, "{date}", v.PausedUntil.UTC().Format(v.words().Date)).Replace(sentence)
}

// heading and text say where the person stands.
func (v LeaveShow) heading() (heading, text string) {
	w := v.words()
	switch {
	case v.Out:
		return w.OutTitle, w.OutText
	case !v.PausedUntil.IsZero():
		return w.PausedTitle, w.PausedText
	case v.TopicLeft:
		return w.TopicTitle, w.TopicText
	case v.Held:
		return w.HeldTitle, w.HeldText
	case v.Done == "return":
		return w.BackTitle, w.BackText
	}
	return w.Title, w.Text
}

// Title is the title of the document.
func (v LeaveShow) Title() string {
	heading, _ := v.heading()
	return v.say(heading)
}

// named reports whether the heading names the sender.
func (v LeaveShow) named() bool {
	heading, _ := v.heading()
	return strings.Contains(heading, "{sender}")
}

// settled reports whether what the mail is about comes no more: then the way back leads.
func (v LeaveShow) settled() bool { return v.Out || v.TopicLeft || !v.PausedUntil.IsZero() }

// action keeps the language that was asked for.
func (v LeaveShow) action() string { return urls.WithQuery(urls.Leave(v.Token), "lang", v.Language) }

func first(a, _ string) string  { return a }
func second(_, b string) string { return b }
