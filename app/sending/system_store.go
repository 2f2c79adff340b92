package sending

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/store"
)

// The configuration is the operator's and serves every account.

func (p *Pools) load(ctx context.Context) (found snapshot, err error) {
	err = p.store.SystemRead(ctx, "read the sending addresses and who they serve", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Order("address").Find(&found.addresses).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT holder, stream, pool FROM pool_rules").Scan(&found.rules).Error
	})
	if err != nil {
		return found, fmt.Errorf("sending: read: %w", err)
	}
	return found, nil
}

// All lists the addresses.
func (p *Pools) All(ctx context.Context) ([]Address, error) {
	found, err := p.load(ctx)
	return found.addresses, err
}

// Add stores an address; it sends once its reverse name was checked.
func (p *Pools) Add(ctx context.Context, address, name, pool string, warming bool) error {
	addr, err := netip.ParseAddr(address)
	if err != nil || name == "" {
		return fault.New(fault.Invalid, "give an IP address of this machine and its EHLO name")
	}
	row := Address{Address: addr.Unmap().String(), Name: name, Pool: pool, Warming: warming, Verdict: Unchecked, CreatedAt: p.store.Now()}
	if row.Pool == "" {
		row.Pool = DefaultPool
	}
	err = p.write(ctx, "add a sending address", func(tx *gorm.DB) error { return tx.Create(&row).Error })
	if errors.Is(err, store.ErrDuplicate) {
		return fault.New(fault.Conflict, "this address is there already")
	}
	return err
}

// Pause takes an address out, or back in.
func (p *Pools) Pause(ctx context.Context, address string, paused bool) error {
	return p.one(ctx, "UPDATE sending_addresses SET paused = ? WHERE address = ?", paused, address)
}

// Remove forgets an address, but not what it sent: that counts when it comes back.
func (p *Pools) Remove(ctx context.Context, address string) error {
	return p.one(ctx, "DELETE FROM sending_addresses WHERE address = ?", address)
}

func (p *Pools) one(ctx context.Context, sql string, args ...any) error {
	return p.write(ctx, "change a sending address", func(tx *gorm.DB) error {
		res := tx.Exec(sql, args...)
		if res.Error == nil && res.RowsAffected == 0 {
			return fault.New(fault.NotFound, "there is no such sending address")
		}
		return res.Error
	})
}

// Route says which pool serves an account ("" for every one) and a stream ("" for both).
func (p *Pools) Route(ctx context.Context, r Rule) error {
	return p.write(ctx, "route mail to a pool", func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO pool_rules (holder, stream, pool) VALUES (?, ?, ?)
			ON CONFLICT (holder, stream) DO UPDATE SET pool = excluded.pool`, r.Holder, r.Stream, r.Pool).Error
	})
}

// judged stores what a check found.
func (p *Pools) judged(ctx context.Context, a Address) error {
	return p.write(ctx, "store the check of an address", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE sending_addresses SET verdict = ?, problem = ?, listed_by = ?, checked_at = ? WHERE address = ?",
			a.Verdict, a.Problem, a.ListedBy, p.store.Now(), a.Address).Error
	})
}

// take counts n deliveries of an address to a provider today, unless that is more than
// its allowance after the days on which it sent before.
func (p *Pools) take(ctx context.Context, address, provider string, n int) (ok bool, err error) {
	today := p.store.Now().UTC().Format(time.DateOnly)
	err = p.write(ctx, "take a part of an address' allowance", func(tx *gorm.DB) error {
		err := tx.Exec("INSERT INTO sending_days (address, provider, day, sent) VALUES (?, ?, ?, 0) ON CONFLICT (address, provider, day) DO NOTHING", address, provider, today).Error
		if err != nil {
			return err
		}
		var before int
		err = tx.Raw("SELECT COUNT(*) FROM sending_days WHERE address = ? AND provider = ? AND day < ? AND sent > 0", address, provider, today).Scan(&before).Error
		if err != nil {
			return err
		}
		res := tx.Exec("UPDATE sending_days SET sent = sent + ? WHERE address = ? AND provider = ? AND day = ? AND sent + ? <= ?",
			n, address, provider, today, n, allowance(provider, before))
		ok = res.RowsAffected == 1
		return res.Error
	})
	return ok, err
}

// GiveBack returns an allowance whose deliveries were not sent: no server took the
// connection.
func (p *Pools) GiveBack(ctx context.Context, a Address, provider string, n int) error {
	if !a.Warming {
		return nil
	}
	return p.write(ctx, "give an allowance back", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE sending_days SET sent = CASE WHEN sent > ? THEN sent - ? ELSE 0 END WHERE address = ? AND provider = ? AND day = ?",
			n, n, a.Address, provider, p.store.Now().UTC().Format(time.DateOnly)).Error
	})
}

func (p *Pools) write(ctx context.Context, purpose string, fn func(tx *gorm.DB) error) error {
	err := p.store.SystemWrite(ctx, purpose, func(_ context.Context, tx *gorm.DB) error { return fn(tx) })
	if err != nil {
		return fmt.Errorf("sending: %s: %w", purpose, err)
	}
	return nil
}
