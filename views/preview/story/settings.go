package story

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

func settings() []Story {
	profile := func(p layout.Page) pages.SettingsProfile {
		return pages.SettingsProfile{Page: p, Name: "Maria Brandt", Email: "inhaber@hofladen-brandt.de", Confirmed: true, Role: "owner", MinPassword: 12, OtherSessions: 2}
	}
	return []Story{
		inside("settings_profile", "Settings", layout.NavSettings, func(p layout.Page) view { return profile(p) }),
		refused(inside("settings_profile-refused", "Settings", layout.NavSettings, func(p layout.Page) view {
			v := profile(p)
			v.Confirmed, v.Role, v.OtherSessions = false, "viewer", 0
			v.PasswordErrors = pages.Errors{"current_password": "This is not your current password."}
			return v
		})),
	}
}

func inbox() []Story {
	row := pages.InboxRow{ID: sampleID, From: "bounce@localhost", To: "inhaber@hofladen-brandt.de", Subject: "Confirm your address", At: ago(30 * time.Second)}
	long := pages.InboxRow{ID: otherID, From: longMail, To: longMail, Subject: words(2), At: ago(time.Hour)}
	return []Story{
		inside("inbox_list", "Captured mail", layout.NavInbox, func(p layout.Page) view {
			return pages.InboxList{Page: p, Rows: []pages.InboxRow{row, long}, Pager: components.Pager{Older: "?before=b"}}
		}),
		outside("inbox_list-empty", "Captured mail", func(p layout.Page) view { return pages.InboxList{Page: p} }),
		inside("inbox_show", "Confirm your address", layout.NavInbox, func(p layout.Page) view {
			return pages.InboxShow{Page: p, InboxRow: row, Content: content()}
		}),
		outside("inbox_show-preview", "A long mail", func(p layout.Page) view {
			return pages.InboxShow{Page: p, InboxRow: long, Tab: "preview", Content: content()}
		}),
	}
}
