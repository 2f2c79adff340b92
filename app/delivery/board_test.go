package delivery_test

import (
	"fmt"
	"testing"

	"smtpserver/app/delivery"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// Staff see every destination with waiting mail, the fullest first, and none that has none.
func TestQueuesOfTheBoard(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := delivery.NewBoard(s)
		if list, err := b.Queues(t.Context()); err != nil || len(list) != 0 {
			t.Fatalf("%+v %v", list, err)
		}
		if oldest, err := b.Oldest(t.Context()); err != nil || oldest != nil {
			t.Fatalf("%+v %v", oldest, err)
		}
		a := seed.NewAccount(t, s, "anna")
		for i, n := range []int{3, 1, 7} {
			seed.Messages(t, s, a, message.Broadcast, fmt.Sprintf("d%d.example", i), n)
		}
		done, err := message.OperateAll(t.Context(), s, message.Cancel, message.Reach{Destination: "d1.example"}, false)
		if err != nil || done.Changed != 1 {
			t.Fatalf("%+v %v", done, err)
		}
		list, err := b.Queues(t.Context())
		if err != nil || len(list) != 2 || list[0].Destination != "d2.example" || list[0].Waiting != 7 || list[1].Waiting != 3 {
			t.Fatalf("%+v %v", list, err)
		}
		oldest, err := b.Oldest(t.Context())
		if err != nil || oldest == nil || oldest.Destination != "d0.example" || oldest.Account != "anna" {
			t.Fatalf("%+v %v", oldest, err)
		}
	})
}
