package stand

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

const (
	bankTick     = 300 * time.Millisecond
	bankPatience = 5 * time.Second // for the merchant's answer
	bankGiveUp   = 24              // attempts, about a day
)

// Run settles payments and delivers call-backs until ctx ends.
func (b *Bank) Run(ctx context.Context) {
	tick := time.NewTicker(bankTick)
	defer tick.Stop()
	for {
		if err := b.Work(ctx); err != nil && ctx.Err() == nil {
			b.log().Error("sandbox bank", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Work does once what is due now.
func (b *Bank) Work(ctx context.Context) error {
	now := b.Now()
	if err := flipBankPayments(ctx, b.DB, now); err != nil {
		return err
	}
	due, err := dueBankPayments(ctx, b.DB, now)
	if err != nil {
		return err
	}
	for _, p := range due {
		status, reason := "succeeded", ""
		if p.SettleAt == nil || p.SettleAt.After(now) {
			status, reason = "canceled", bankExpired
		}
		if err := settleBankPayment(ctx, b.DB, p.ID, status, reason, now); err != nil {
			return err
		}
	}
	calls, err := claimBankCallbacks(ctx, b.DB, now, now.Add(2*bankPatience))
	if err != nil {
		return err
	}
	for _, call := range calls {
		if err := b.deliver(ctx, call); err != nil {
			return err
		}
	}
	return nil
}

// deliver makes one attempt and notes how it went.
func (b *Bank) deliver(ctx context.Context, call bankCallback) error {
	problem := b.post(ctx, call.Body)
	if ctx.Err() != nil {
		return ctx.Err() // stopping: the claim runs out, and the next process tries again
	}
	now := b.Now()
	if problem == nil {
		return setBankCallback(ctx, b.DB, call.ID, &now, nil, "")
	}
	b.log().Warn("sandbox bank: the merchant did not take a call-back", "callback", call.ID, "attempt", call.Attempts, "err", problem)
	if call.Attempts >= bankGiveUp {
		return setBankCallback(ctx, b.DB, call.ID, nil, nil, problem.Error())
	}
	next := now.Add(bankDelay(call.Attempts))
	return setBankCallback(ctx, b.DB, call.ID, nil, &next, problem.Error())
}

// bankDelay doubles from a second to an hour.
func bankDelay(attempt int) time.Duration {
	return min(time.Second<<min(attempt-1, 20), time.Hour)
}

func (b *Bank) post(ctx context.Context, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, bankPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.Callback, bytes.NewReader(body))
	if err != nil {
		return err
	}
	stamp := strconv.FormatInt(b.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Timestamp", stamp)
	req.Header.Set("X-Signature", b.sign("callback", stamp, string(body)))
	client := b.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

func (b *Bank) log() *slog.Logger {
	if b.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return b.Log
}
