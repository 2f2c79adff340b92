package web

import (
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/message"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// messageOperate does something to one message's deliveries that wait.
func (s *Server) messageOperate(op message.Operation) func(*request) error {
	return func(r *request) error {
		messageID, err := r.id()
		if err != nil {
			return err
		}
		if err := s.Messages.Exists(r.ctx, r.scope, messageID); err != nil {
			return err
		}
		done, err := s.Messages.Operate(r.ctx, r.scope, op, message.Filter{MessageID: messageID})
		if err != nil {
			return err
		}
		s.wakeAll(done.Destinations)
		if err := r.flash(layout.Good, outcomeOf(op, done)); err != nil {
			return err
		}
		return r.redirect(r.urls().Message(messageID.String()))
	}
}

func (s *Server) wakeAll(destinations []string) {
	for _, destination := range destinations {
		s.Wake(destination, true) // somebody waits
	}
}

// countedMost is how many deliveries a bulk action counts before it says "more than".
const countedMost = 10_000

// messageBulkNew asks before something is done to all that the filter names.
func (s *Server) messageBulkNew(r *request) error {
	op := message.Operation(r.query("op"))
	if !op.Valid() {
		return fault.New(fault.NotFound, "There is no such page.")
	}
	shown, filter := r.messageFilter()
	n, err := s.Messages.CountUpTo(r.ctx, r.scope, op, filter, countedMost+1)
	if err != nil {
		return err
	}
	return r.show(fiber.StatusOK, "Messages", func(p layout.Page) view {
		p.Active = layout.NavMessages
		return pages.MessageBulk{Page: p, Operation: string(op), Filter: shown, Count: min(n, countedMost), More: n > countedMost}
	})
}

// messageBulk does it.
func (s *Server) messageBulk(r *request) error {
	op := message.Operation(r.post("op"))
	if !op.Valid() {
		return fault.New(fault.Invalid, "There is no such operation.")
	}
	shown, filter := r.messageFilter()
	done, err := s.Messages.Operate(r.ctx, r.scope, op, filter)
	if err != nil {
		return err
	}
	s.wakeAll(done.Destinations)
	if err := r.flash(layout.Good, outcomeOf(op, done)); err != nil {
		return err
	}
	if done.More {
		return r.redirect(r.urls().MessageBulk(string(op), shown.Pairs()...))
	}
	return r.redirect(r.urls().MessagesWith(shown.Pairs()...))
}

// outcomeOf words what an operation changed.
func outcomeOf(op message.Operation, done message.Done) string {
	verb := map[message.Operation]string{
		message.Hold: "held", message.Release: "released", message.Retry: "tried again now", message.Cancel: "cancelled",
	}[op]
	text := fmt.Sprintf("%s %s.", recipients(done.Changed, "is", "are"), verb)
	if done.Changed == 0 {
		text = "Nothing of this is waiting in a state that allows it."
	}
	if done.Busy > 0 {
		text += " " + recipients(done.Busy, "is", "are") + " being tried at this moment and come to their own end."
	}
	if done.More {
		text += " There are more: go on."
	}
	return text
}

func recipients(n int, one, many string) string {
	if n == 1 {
		return "1 recipient " + one
	}
	return strconv.Itoa(n) + " recipients " + many
}
