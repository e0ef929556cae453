package secret

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/redis/go-redis/v9"

	"tamga/internal/fault"
)

// codeDigits is the length of a one-time code.
const codeDigits = 6

// Codes issues and checks one-time codes, kept in Redis as keyed hashes. One code per purpose and subject is good at a time:
// a new one voids the one before. Attempts bounds the guesses of one code and ResendAfter the codes of one minute; whoever
// offers a sign-in also bounds the codes of one day.
type Codes struct {
	Redis       redis.UniversalClient
	Key         []byte        // of the hashes, at least 32 bytes: six digits are guessed at once from a plain hash
	TTL         time.Duration // a code's life; longer than ResendAfter
	Attempts    int           // wrong answers that one code survives
	ResendAfter time.Duration // the least time between two codes
}

// issueScript stores a code, or returns how many milliseconds remain until one may be issued. The age of the last code is
// read off its time to live, so that only Redis's clock counts.
var issueScript = redis.NewScript(`
	local wait = redis.call('PTTL', KEYS[1]) - (tonumber(ARGV[3]) - tonumber(ARGV[4]))
	if wait > 0 then return wait end
	redis.call('DEL', KEYS[1])
	redis.call('HSET', KEYS[1], 'hash', ARGV[1], 'left', ARGV[2])
	redis.call('PEXPIRE', KEYS[1], ARGV[3])
	return 0`)

// Issue makes a code for the subject (a phone, an e-mail, an account) and returns it to be sent. Too soon after the last one
// it is fault.TooMany, with the seconds to wait.
func (c *Codes) Issue(ctx context.Context, purpose, subject string) (code string, err error) {
	if err := c.validate(); err != nil {
		return "", err
	}
	code = Code(codeDigits)
	wait, err := issueScript.Run(ctx, c.Redis, []string{c.place(purpose, subject)},
		c.hash(purpose, subject, code), c.Attempts, c.TTL.Milliseconds(), c.ResendAfter.Milliseconds()).Int64()
	if err != nil {
		return "", fmt.Errorf("issue a code: %w", err)
	}
	if wait > 0 {
		seconds := int(math.Ceil((time.Duration(wait) * time.Millisecond).Seconds()))
		return "", fault.New(fault.TooMany, "code.too_soon", seconds)
	}
	return code, nil
}

// The answers of checkScript that are not a number of attempts left.
const (
	codeRight  = -1
	codeAbsent = -2
	codeSpent  = -3
)

// checkScript compares and counts in one step: a thousand guesses sent at once are still a thousand, and five are heard. A
// spent code stays until it expires, or guessing would be a way to have a new one sent at once.
var checkScript = redis.NewScript(`
	local hash = redis.call('HGET', KEYS[1], 'hash')
	if not hash then return -2 end
	if tonumber(redis.call('HGET', KEYS[1], 'left')) <= 0 then return -3 end
	if hash == ARGV[1] then
		redis.call('DEL', KEYS[1])
		return -1
	end
	return redis.call('HINCRBY', KEYS[1], 'left', -1)`)

// Check accepts a code once. Otherwise it is fault.Invalid: code.wrong with the attempts left, code.spent when there are
// none, code.expired when no code waits. The hashes are compared byte by byte, which tells nothing: without the key nobody
// knows which code has which hash.
func (c *Codes) Check(ctx context.Context, purpose, subject, code string) error {
	if err := c.validate(); err != nil {
		return err
	}
	left, err := checkScript.Run(ctx, c.Redis, []string{c.place(purpose, subject)}, c.hash(purpose, subject, code)).Int()
	if err != nil {
		return fmt.Errorf("check a code: %w", err)
	}
	switch left {
	case codeRight:
		return nil
	case codeAbsent:
		return fault.New(fault.Invalid, "code.expired")
	case codeSpent, 0:
		return fault.New(fault.Invalid, "code.spent")
	}
	return fault.New(fault.Invalid, "code.wrong", left)
}

func (c *Codes) validate() error {
	if len(c.Key) < KeySize || c.Attempts < 1 || c.TTL <= c.ResendAfter {
		return errors.New("secret.Codes: wants a key of 32 bytes, an attempt, and a TTL longer than ResendAfter")
	}
	return nil
}

// place is the key in Redis. It names nobody: the subject is hashed.
func (c *Codes) place(purpose, subject string) string {
	return "code:" + c.hash("place", purpose, subject)
}

// hash is HMAC-SHA256 over the parts, each with its length, in hex.
func (c *Codes) hash(parts ...string) string {
	mac := hmac.New(sha256.New, c.Key)
	for _, part := range parts {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		mac.Write([]byte(part))
	}
	return hex.EncodeToString(mac.Sum(nil))
}
