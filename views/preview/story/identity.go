package story

import (
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

func identity() []Story {
	return append(signup(), signin()...)
}

func signup() []Story {
	return []Story{
		outside("signup_new", "Create account", func(p layout.Page) view {
			return pages.SignupNew{Page: p, Terms: sampleAgreement(), MinPassword: 12}
		}),
		refused(outside("signup_new-refused", "Create account", func(p layout.Page) view {
			return pages.SignupNew{Page: p, Name: "Maria Brandt", Email: "inhaber@hofladen-brandt", AccountName: "Hofladen Brandt", AccountKind: "business", Accepted: true, Terms: sampleAgreement(), MinPassword: 12, Errors: pages.Errors{
				"email":    "This address has no ending after the last dot, such as .de or .com.",
				"password": "Use at least 12 characters.",
			}}
		})),
		outside("signup_new-closed", "Create account", func(p layout.Page) view {
			return pages.SignupNew{Page: p, Closed: "New accounts are opened by the operator of this installation. Ask them for an invitation."}
		}),
		outside("confirm_sent", "Look in your mailbox", func(p layout.Page) view {
			return pages.ConfirmSent{Page: p, Email: "inhaber@hofladen-brandt.de", ValidH: 24, Capture: true}
		}),
		outside("confirm_sent-again", "Look in your mailbox", func(p layout.Page) view {
			return pages.ConfirmSent{Page: p, Email: longMail, ValidH: 24, Resent: true}
		}),
		outside("confirm_new", "Confirm", func(p layout.Page) view {
			return pages.ConfirmNew{Page: p, Token: "t", Email: "inhaber@hofladen-brandt.de"}
		}),
		outside("confirm_done", "Confirmed", func(p layout.Page) view {
			return pages.ConfirmDone{Page: p, OK: true, Email: "inhaber@hofladen-brandt.de"}
		}),
		outside("confirm_done-too_late", "Not confirmed", func(p layout.Page) view { return pages.ConfirmDone{Page: p} }),
	}
}

func signin() []Story {
	return []Story{
		outside("login_new", "Sign in", func(p layout.Page) view { return pages.LoginNew{Page: p} }),
		refused(outside("login_new-refused", "Sign in", func(p layout.Page) view {
			return pages.LoginNew{Page: p, Email: "inhaber@hofladen-brandt.de", Errors: pages.Errors{"": "E-mail and password do not fit together."}}
		})),
		outside("password_forgot", "Set a new password", func(p layout.Page) view { return pages.PasswordForgot{Page: p} }),
		outside("password_forgot-sent", "Look in your mailbox", func(p layout.Page) view {
			return pages.PasswordForgot{Page: p, Email: "inhaber@hofladen-brandt.de", Sent: true, Capture: true}
		}),
		refused(outside("password_reset-refused", "Choose a new password", func(p layout.Page) view {
			return pages.PasswordReset{Page: p, Token: "t", MinPassword: 12, Errors: pages.Errors{"password": "This one is among the most guessed. Choose another."}}
		})),
		outside("password_reset-too_late", "Link expired", func(p layout.Page) view { return pages.PasswordReset{Page: p, Invalid: true} }),
		outside("staff_enter", "Back office", func(p layout.Page) view {
			return pages.StaffEnter{Page: p, Token: "t", Email: "staff@smtpserver.example"}
		}),
	}
}
