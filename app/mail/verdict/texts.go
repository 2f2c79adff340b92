package verdict

// texts are the tables of known texts, in the order in which they are asked.
// Providers go first, for they mean their own words exactly; then what concerns us
// or the message; recipients last.
var texts = [][]row{
	textsGoogle, textsMicrosoft, textsYahoo, textsApple, textsGerman, textsFrench,
	textsRussian, textsAmerican, textsGateways, textsOurs, textsPolicy, textsRecipient,
}
