package esia

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// permission is one consent of the digital profile that a system asks for.
type permission struct {
	ResponsibleObject string  `json:"responsibleObject,omitempty"`
	Sysname           string  `json:"sysname"`
	Expire            minutes `json:"expire,omitempty"`
	Actions           []named `json:"actions"`
	Purposes          []named `json:"purposes"`
	Scopes            []named `json:"scopes"`
}

type named struct {
	Sysname string `json:"sysname"`
}

// minutes is a number, or a number in quotes.
type minutes int64

// UnmarshalJSON reads either.
func (m *minutes) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseInt(string(bytes.Trim(raw, `"`)), 10, 64)
	if err != nil {
		return errExpiry
	}
	*m = minutes(n)
	return nil
}

// Bounds of the parameter: generous for what systems send, small for a database.
const (
	maxPermissionsText = 16 << 10
	maxPermissions     = 20
	maxNamed           = 100
	maxExpire          = 10 * 366 * 24 * 60 // minutes
	defaultExpire      = 365 * 24 * 60
)

var (
	sysname = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	actions = []string{"ALL_ACTIONS_TO_DATA", "SHARE_DATA", "USE_DATA"}
)

// parsePermissions reads the parameter: base64 of a JSON array. An empty one asks for nothing; go-api-epgu sends "[]" then.
func parsePermissions(text string) ([]permission, error) {
	if text == "" {
		return nil, nil
	}
	if len(text) > maxPermissionsText {
		return nil, errUnreadable
	}
	var all []permission
	decoder := json.NewDecoder(bytes.NewReader(readBase64(text)))
	if err := decoder.Decode(&all); err != nil {
		if known := problemOf(err); known == errExpiry {
			return nil, known
		}
		return nil, errUnreadable
	}
	if decoder.More() || len(all) > maxPermissions {
		return nil, errUnreadable
	}
	for i := range all {
		if err := all[i].check(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (p *permission) check() error {
	if p.Expire == 0 {
		p.Expire = defaultExpire
	}
	switch {
	case p.Sysname == "":
		return errNoConsentType
	case !sysname.MatchString(p.Sysname), p.ResponsibleObject != "" && len(p.ResponsibleObject) > 200:
		return errConsentType
	case p.Expire < 0 || p.Expire > maxExpire:
		return errExpiry
	case len(p.Scopes) == 0:
		return errConsentScopes
	case len(p.Scopes) > maxNamed || slices.ContainsFunc(p.Scopes, func(n named) bool { return !consentable(n.Sysname) }):
		return errConsentForeign
	case len(p.Actions) == 0:
		return errNoAction
	case len(p.Actions) > maxNamed || slices.ContainsFunc(p.Actions, func(n named) bool { return !slices.Contains(actions, n.Sysname) }):
		return errAction
	case len(p.Purposes) == 0:
		return errNoPurpose
	case len(p.Purposes) > 1:
		return errOnePurpose
	case !sysname.MatchString(p.Purposes[0].Sysname):
		return errPurpose
	}
	return nil
}

// consentable tells whether a consent may name the scope.
func consentable(name string) bool {
	k, known := kinds[name]
	return known && k != ofSystem && k != ofOrg
}

// scopesOf are the scopes that consents name.
func scopesOf(all []permission) []scope {
	var list []scope
	for _, p := range all {
		for _, n := range p.Scopes {
			if s := (scope{Sent: n.Sysname, Name: n.Sysname}); !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	return list
}

// until is when the first of the consents ends.
func until(all []permission, from time.Time) time.Time {
	least := minutes(maxExpire)
	for _, p := range all {
		least = min(least, p.Expire)
	}
	return from.Add(time.Duration(least) * time.Minute)
}
