package web

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Guesses counts attempts at passwords in three ways. From one address, and for one account from one address: these stop a
// guesser at once. For one account from everywhere: this stops many guessers together, but a stranger could use it up to keep
// the owner out. So browsers where the owner has signed in before have a count of their own, which nobody else can touch.
type Guesses struct {
	Limit  *Limiter
	Cookie string // says whose browser this is; one name per role
	Secure bool

	site string
	key  []byte
}

var (
	guessAddress = Rate{Burst: 100, Every: 2 * time.Second} // a whole ministry may share one
	guessPair    = Rate{Burst: 10, Every: time.Minute}
	guessAccount = Rate{Burst: 100, Every: 30 * time.Second}
	guessDevice  = Rate{Burst: 10, Every: time.Minute}
)

// deviceLife is how long a browser is known.
const deviceLife = 365 * 24 * time.Hour

// NewGuesses returns the counters of a site. The key is a secret of the role, of 32 bytes or more.
func NewGuesses(l *Limiter, site, cookie string, key []byte, secure bool) (*Guesses, error) {
	own, err := hkdf.Key(sha256.New, key, nil, "tamga/guesses/"+site, 32)
	return &Guesses{Limit: l, Cookie: cookie, Secure: secure, site: site, key: own}, err
}

// Allow counts an attempt to enter the account that the caller names: the same name however it was typed, and also when there is
// no such account.
func (g *Guesses) Allow(c *fiber.Ctx, account string) error {
	ctx, subject := c.UserContext(), g.hash("account", account)
	if device := g.Known(c, account); device != "" {
		return g.Limit.Allow(ctx, g.site+"-device", device, guessDevice)
	}
	_, err := g.Limit.allow(ctx, g.ways(c, subject)...)
	return err
}

// ways are the three in which a stranger's attempt counts, the account's last.
func (g *Guesses) ways(c *fiber.Ctx, subject string) []attempt {
	return []attempt{
		{g.site + "-address", c.IP(), guessAddress},
		{g.site + "-pair", subject + ":" + c.IP(), guessPair},
		{g.site + "-account", subject, guessAccount},
	}
}

// guessFlood bounds what even an account that is watched hears from strangers.
var guessFlood = Rate{Burst: 2000, Every: 2 * time.Second}

// AllowWatched is Allow for a site that has a second proof: when strangers have made too many attempts at one account, the account
// does not close to strangers, among whom may be its owner with a new phone. It is watched instead: the caller asks for more than
// the password.
func (g *Guesses) AllowWatched(c *fiber.Ctx, account string) (watched bool, err error) {
	ctx, subject := c.UserContext(), g.hash("account", account)
	if device := g.Known(c, account); device != "" {
		return false, g.Limit.Allow(ctx, g.site+"-device", device, guessDevice)
	}
	ways := g.ways(c, subject)
	if refused, err := g.Limit.allow(ctx, ways...); err == nil || refused < len(ways)-1 {
		return false, err
	}
	return true, g.Limit.Allow(ctx, g.site+"-flood", subject, guessFlood)
}

// AllowAddress counts an attempt at something else that can be guessed.
func (g *Guesses) AllowAddress(c *fiber.Ctx) error {
	return g.Limit.Allow(c.UserContext(), g.site+"-address", c.IP(), guessAddress)
}

// Known returns the name of this browser if the owner of the account has signed in here before, else "".
func (g *Guesses) Known(c *fiber.Ctx, account string) string {
	device, proof, _ := strings.Cut(c.Cookies(g.Cookie), ".")
	if device == "" || !hmac.Equal([]byte(proof), []byte(g.hash("device", device, account))) {
		return ""
	}
	return device
}

// Remember notes that the owner of the account has signed in at this browser.
func (g *Guesses) Remember(c *fiber.Ctx, account string) {
	device := g.Known(c, account)
	if device == "" {
		device = rand.Text()
	}
	c.Cookie(&fiber.Cookie{Name: g.Cookie, Value: device + "." + g.hash("device", device, account), Path: "/",
		MaxAge: int(deviceLife.Seconds()), HTTPOnly: true, Secure: g.Secure, SameSite: "Lax"})
}

// hash names somebody without naming them.
func (g *Guesses) hash(parts ...string) string {
	mac := hmac.New(sha256.New, g.key)
	mac.Write([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(mac.Sum(nil))
}
