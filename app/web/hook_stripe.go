package web

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/billing"
	"smtpserver/app/limit"
)

// hookRefusals is how many reports with a bad signature one network may send in a minute.
// What is signed is never limited: the provider sends as much as happens.
const hookRefusals = 30

// hookStripe takes what the payment provider reports. Answers are for its program: 200 is
// "heard", anything else has it report again later.
func (s *Server) hookStripe(r *request) error {
	if !s.Billing.Collects() {
		return errNoPage()
	}
	bucket := "hook:" + limit.Network(r.ip())
	allowed, err := s.Doors.Peek(r.ctx, bucket, hookRefusals, time.Minute)
	if err != nil {
		return err
	}
	if err := allowed.Err("Too many reports that are not signed."); err != nil {
		return err
	}
	// The octets as they came: the signature is over them.
	err = s.Billing.Receive(r.ctx, r.c.Request().Body(), r.c.Get("Stripe-Signature"))
	if errors.Is(err, billing.ErrForged) {
		s.Log.Info("a report of the payment provider was refused", "reference", r.reference, "address", r.ip(), "error", err)
		return errors.Join(fiber.NewError(fiber.StatusBadRequest), s.Doors.Fail(r.ctx, bucket, time.Minute))
	}
	if err != nil {
		return err
	}
	return r.c.SendString("heard\n")
}
