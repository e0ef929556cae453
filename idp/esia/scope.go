package esia

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// kind says whose data a scope opens.
type kind int

const (
	ofPerson  kind = iota
	ofKids         // children's, through the parent
	ofOrg          // an organisation's
	ofProfile      // of the digital profile: known by consent only, nothing here holds the data
	ofSystem       // no data of anybody
)

// kinds are the scopes of ESIA.
var kinds = func() map[string]kind {
	all := map[string]kind{}
	for k, names := range map[kind]string{
		ofPerson: `openid fullname birthdate gender citizenship snils inn id_doc birthplace medical_doc military_doc foreign_passport_doc
			history_passport_doc drivers_licence_doc birth_cert_doc residence_doc temporary_residence_doc vehicles vehicle_reg_cert_doc
			number_plate_doc email mobile contacts addresses usr_org usr_avt self_employed categories bio ext_auth_result link usr_inf`,
		ofKids: `kid_fullname kid_birthdate kid_gender kid_snils kid_inn kid_birth_cert_doc kid_medical_doc kid_mobile kid_email
			kid_school_data`,
		ofOrg: `org_shortname org_fullname org_type org_ogrn org_inn org_leg org_kpp org_agencyterrange org_agencytype org_oktmo org_ctts
			org_addrs org_vhls org_grps org_emps org_brhs org_brhs_ctts org_brhs_addrs org_rcs org_stms org_invts org_ra`,
		ofProfile: `marriage_cert_doc divorce_cert_doc death_cert_doc paternity_cert_doc change_fullname_cert_doc ils_doc ndfl_person
			electronic_workbook payout_income pension_reference pre_retirement_age payments_egisso bank_account osago_policy`,
		ofSystem: `prm_chg api-order`,
	} {
		for _, name := range strings.Fields(names) {
			all[name] = k
		}
	}
	return all
}()

// openRegister are scopes of what anybody may read of an organisation in the state register of legal entities.
var openRegister = strings.Fields("org_shortname org_fullname org_type org_ogrn org_inn org_leg org_kpp org_agencyterrange org_agencytype org_oktmo")

// composite is what the old scope usr_inf stands for.
var composite = strings.Fields(`fullname birthdate gender citizenship snils inn id_doc birthplace medical_doc military_doc foreign_passport_doc
	drivers_licence_doc birth_cert_doc residence_doc temporary_residence_doc vehicles email mobile contacts addresses usr_org`)

// Scopes lists what a system may be allowed to ask for.
func Scopes() []string {
	all := make([]string, 0, len(kinds))
	for name := range kinds {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// scope is one element of a scope list.
type scope struct {
	Sent   string // as sent, without parameters: "http://esia.gosuslugi.ru/org_inn"
	Name   string // org_inn
	OID    int64  // ?oid=, of a person; 0 when not given
	OrgOID int64  // ?org_oid=
}

// maxScopes bounds a list: there are fewer than a hundred names.
const maxScopes = 200

// parseScopes reads a list, in any of the three ways of writing a scope: fullname, http://esia.gosuslugi.ru/usr_inf,
// org_inn?org_oid=1000000001.
func parseScopes(list string) ([]scope, error) {
	words := strings.Fields(list)
	if len(words) > maxScopes {
		return nil, errScope
	}
	var all []scope
	for _, word := range words {
		s, err := parseScope(word)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all, nil
}

func parseScope(word string) (scope, error) {
	sent, query, _ := strings.Cut(word, "?")
	s := scope{Sent: sent, Name: sent}
	if i := strings.Index(sent, "://"); i >= 0 {
		if sent[:i] != "http" && sent[:i] != "https" {
			return s, errScope
		}
		s.Name = sent[strings.LastIndexByte(sent, '/')+1:]
	}
	if _, known := kinds[s.Name]; !known {
		return s, errScope
	}
	given, err := url.ParseQuery(query)
	if err != nil {
		return s, errScope
	}
	for name, to := range map[string]*int64{"oid": &s.OID, "org_oid": &s.OrgOID} {
		if text := given.Get(name); text != "" {
			if *to, err = strconv.ParseInt(text, 10, 64); err != nil || *to <= 0 {
				return s, errScope
			}
		}
	}
	return s, nil
}

// granted writes scopes as an access token has them: each but openid with whose it is.
func granted(all []scope, person int64) []string {
	list := make([]string, len(all))
	for i, s := range all {
		switch {
		case s.Name == "openid":
			list[i] = s.Sent
		case s.OrgOID != 0:
			list[i] = s.Sent + "?org_oid=" + strconv.FormatInt(s.OrgOID, 10)
		default:
			list[i] = s.Sent + "?oid=" + strconv.FormatInt(person, 10)
		}
	}
	return list
}

// rights are what a token opens.
type rights struct {
	person map[string]bool
	orgs   map[int64]map[string]bool
}

// rightsOf reads the scopes of a token.
func rightsOf(list []string) rights {
	r := rights{map[string]bool{}, map[int64]map[string]bool{}}
	for _, word := range list {
		s, err := parseScope(word)
		if err != nil {
			continue // a scope that we have taken out of the list since
		}
		switch {
		case s.OrgOID != 0 && kinds[s.Name] == ofOrg:
			if r.orgs[s.OrgOID] == nil {
				r.orgs[s.OrgOID] = map[string]bool{}
			}
			r.orgs[s.OrgOID][s.Name] = true
		case s.Name == "usr_inf":
			for _, part := range composite {
				r.person[part] = true
			}
		default:
			r.person[s.Name] = true
		}
	}
	return r
}

// any tells whether one of the scopes is there.
func (r rights) any(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return r.person[name] })
}

// names returns the bare names of scopes, each once.
func names(all []scope) []string {
	var list []string
	for _, s := range all {
		if !slices.Contains(list, s.Name) {
			list = append(list, s.Name)
		}
	}
	return list
}

// covers tells whether registered or agreed scopes hold what is asked: usr_inf is its parts.
func covers(have []string, name string) bool {
	if slices.Contains(have, name) {
		return true
	}
	if name == "usr_inf" {
		return !slices.ContainsFunc(composite, func(part string) bool { return !slices.Contains(have, part) })
	}
	return slices.Contains(have, "usr_inf") && slices.Contains(composite, name)
}
