package pages

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
)

var themes = []components.Option{
	{Value: string(layout.System), Label: "Like my system"},
	{Value: string(layout.Light), Label: "Light"},
	{Value: string(layout.Dark), Label: "Dark"},
}

func (v SettingsProfile) elsewhere() string {
	if v.OtherSessions == 0 {
		return "Only here, in this browser."
	}
	return "Here, and in " + components.Plural(int64(v.OtherSessions), "other browser or device.", "other browsers or devices.")
}

func (v SettingsProfile) elsewhereDenied() string {
	if v.OtherSessions == 0 {
		return "There is nowhere else."
	}
	return ""
}
