package esia

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tamga/idp/organisation"
	"tamga/internal/fault"
	"tamga/internal/i18n"
)

// roles are the organisations in which the person may act: always whole, never as addresses.
func (r *reader) roles() ([]element, error) {
	if !r.rights.any("usr_org") {
		return nil, errNoScopeFor
	}
	found, err := organisation.RolesOf(r.ctx, r.h.DB, r.person.ID)
	var all []element
	for _, role := range found {
		o := (&object{values: map[string]any{}}).set("oid", role.OID).set("prnOid", r.person.OID)
		o.text("fullName", role.FullName).text("shortName", role.ShortName).text("ogrn", role.OGRN).set("type", role.Type)
		o.set("chief", role.Chief).set("admin", role.Admin).text("phone", esiaPhone(role.Phone)).text("email", role.Email)
		o.set("active", true).set("hasRightOfSubstitution", role.Manages()).set("hasApprovalTabAccess", false).set("isLiquidated", false)
		all = append(all, element{"", o})
	}
	return all, err
}

// organisations are the same, as addresses of organisations.
func (r *reader) organisations() ([]element, error) {
	if !r.rights.any("usr_org") {
		return nil, errNoScopeFor
	}
	found, err := organisation.RolesOf(r.ctx, r.h.DB, r.person.ID)
	var all []element
	for _, role := range found {
		o := newObject("Identifiable").set("oid", role.OID).text("fullName", role.FullName).text("shortName", role.ShortName)
		o.set("type", role.Type).text("ogrn", role.OGRN).text("inn", role.INN).text("kpp", role.KPP).set("isLiquidated", false)
		all = append(all, element{"/orgs/" + strconv.FormatInt(role.OID, 10), r.tag(o)})
	}
	return all, err
}

// orgRights are the scopes that a token opens of an organisation. A person who lets a system know where they work lets it read
// what the open register has of it.
func (r *reader) orgRights(oid int64) (map[string]bool, error) {
	open := map[string]bool{}
	for name := range r.rights.orgs[oid] {
		open[name] = true
	}
	if r.person == nil {
		return open, nil
	}
	_, err := organisation.RoleIn(r.ctx, r.h.DB, r.person.ID, oid)
	if errors.Is(err, fault.NotFound) {
		return nil, nil // who has left opens nothing any more
	}
	if r.rights.any("usr_org") {
		for _, name := range openRegister {
			open[name] = true
		}
	}
	return open, err
}

// orgParts are the collections of an organisation and their scopes.
var orgParts = map[string]string{
	"ctts": "org_ctts", "addrs": "org_addrs", "vhls": "org_vhls", "grps": "org_grps", "emps": "org_emps", "brhs": "org_brhs",
	"rcs": "org_rcs", "stms": "org_stms", "invts": "org_invts",
}

// orgs answers what is asked of an organisation.
func (r *reader) orgs(oid int64, path []string) (*answer, error) {
	open, err := r.orgRights(oid)
	if err != nil {
		return nil, err
	}
	if len(open) == 0 {
		return nil, errNoScopeFor
	}
	org, err := organisation.ByOID(r.ctx, r.h.DB, oid)
	if errors.Is(err, fault.NotFound) {
		return nil, errNoSuch
	}
	if err != nil {
		return nil, err
	}
	base := "/orgs/" + strconv.FormatInt(oid, 10)
	if len(path) == 0 {
		return r.orgAnswer(org, open, base)
	}
	scope, known := orgParts[path[0]]
	if !known || len(path) > 2 && path[0] != "brhs" {
		return nil, errNoSuch
	}
	if len(path) > 2 {
		return r.branchPart(org, open, base, path[1:])
	}
	if !open[scope] {
		return nil, errNoScopeFor
	}
	base += "/" + path[0]
	elements, err := r.orgElements(org, path[0], base)
	if err != nil {
		return nil, err
	}
	if len(path) == 2 {
		return r.single(elements, base+"/"+path[1], path[0]+"/Element-1")
	}
	return r.answerOf(r.collection(elements, r.embed.elements()), path[0]+"/Collection-1"), nil
}

// orgAnswer answers an organisation, with the collections that embed names.
func (r *reader) orgAnswer(org *organisation.Organisation, open map[string]bool, base string) (*answer, error) {
	o := newObject("Identifiable").set("oid", org.OID)
	for _, f := range []struct{ scope, name, value string }{
		{"org_shortname", "shortName", org.ShortName}, {"org_fullname", "fullName", org.FullName}, {"org_type", "type", string(org.Type)},
		{"org_ogrn", "ogrn", org.OGRN}, {"org_inn", "inn", org.INN}, {"org_leg", "leg", org.LegalForm}, {"org_kpp", "kpp", org.KPP},
		{"org_oktmo", "oktmo", org.OKTMO},
	} {
		if open[f.scope] {
			o.text(f.name, f.value)
		}
	}
	if open["org_agencytype"] && org.Accreditation != nil {
		o.text("agencyType", agencyTypes[*org.Accreditation])
	}
	if open["org_agencyterrange"] && org.Type == organisation.Agency {
		o.text("agencyTerRange", org.OKTMO)
	}
	if err := r.orgCounts(o, org, open); err != nil {
		return nil, err
	}
	r.tag(o.set("isLiquidated", org.State == organisation.Liquidated))
	for name, scope := range orgParts {
		rel := map[string]string{"ctts": "contacts", "addrs": "addresses", "emps": "employees", "grps": "groups", "invts": "invitations", "brhs": "branches"}[name]
		if wanted, whole := r.embed.of(rel); rel != "" && wanted && open[scope] {
			elements, err := r.orgElements(org, name, base+"/"+name)
			if err != nil {
				return nil, err
			}
			o.set(rel, r.collection(elements, whole))
		}
	}
	return r.answerOf(o, "orgs/Organization-1"), nil
}

// orgCounts says how many people and branches there are, to whom the scopes open their lists.
func (r *reader) orgCounts(o *object, org *organisation.Organisation, open map[string]bool) error {
	for _, count := range []struct{ name, part string }{{"staffCount", "emps"}, {"branchesCount", "brhs"}} {
		if !open[orgParts[count.part]] {
			continue
		}
		elements, err := r.orgElements(org, count.part, "")
		if err != nil {
			return err
		}
		o.set(count.name, len(elements))
	}
	return nil
}

// agencyTypes are the kinds of service centres in ESIA's words.
var agencyTypes = map[string]string{"mfc": "40.MFC", "pension": "31.PFN"}

// orgElements are a collection of an organisation. Those of which nothing is known here (vehicles, systems) are empty.
func (r *reader) orgElements(org *organisation.Organisation, name, base string) ([]element, error) {
	var all []element
	add := func(id int64, o *object) {
		all = append(all, element{base + "/" + strconv.FormatInt(id, 10), r.tag(o)})
	}
	text := func(n int64, kind, field, value, state string) {
		if value == "" {
			return
		}
		id := contactID(org.OID, n)
		o := newObject("Identifiable").set("id", id).set("type", kind).set(field, value)
		add(id, o.text("vrfStu", state))
	}
	switch name {
	case "ctts":
		text(1, "OPH", "value", esiaPhone(org.Phone), "NOT_VERIFIED")
		text(2, "OEM", "value", org.Email, "NOT_VERIFIED")
	case "addrs":
		text(3, "OLG", "addressStr", org.LegalAddress, "")
		text(4, "OPS", "addressStr", org.PostalAddress, "")
	case "emps":
		found, err := organisation.Employees(r.ctx, r.h.DB, org.OID)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			o := newObject("Identifiable").set("prnOid", e.AccountOID).set("orgOid", org.OID).set("chief", e.Chief).set("admin", e.Admin)
			add(e.AccountOID, o.text("position", e.Position).text("fullName", strings.TrimSpace(e.FullName())).set("blocked", false))
		}
	case "grps":
		return r.orgGroups(org, base)
	case "brhs":
		return r.orgBranches(org, base)
	case "rcs":
		return r.orgCentres(org, base)
	case "invts":
		return r.orgInvitations(org, base)
	}
	return all, nil
}

// orgGroups are what ESIA calls groups of access: here the powers that somebody in the organisation has now, and who has each.
func (r *reader) orgGroups(org *organisation.Organisation, base string) ([]element, error) {
	people, err := organisation.Employees(r.ctx, r.h.DB, org.OID)
	if err != nil {
		return nil, err
	}
	members := map[string][]int64{}
	for _, e := range people {
		for _, power := range e.Powers {
			members[power] = append(members[power], e.AccountOID)
		}
	}
	var all []element
	for _, power := range slices.Sorted(maps.Keys(members)) {
		id := strings.ToUpper(power)
		o := newObject("Identifiable").set("grp_id", id).text("name", r.h.Pages.T(i18n.RU, "idp_org.power_"+power))
		o.text("description", r.h.Pages.T(i18n.RU, "idp_org.power_"+power+"_text")).set("isSystem", true).set("itSystem", "TAMGA")
		all = append(all, element{base + "/" + id, r.tag(o.set("members", members[power]))})
	}
	return all, nil
}

// orgInvitations are the letters to future employees that still wait.
func (r *reader) orgInvitations(org *organisation.Organisation, base string) ([]element, error) {
	letters, err := organisation.WaitingInvitations(r.ctx, r.h.DB, org.OID, r.h.Now())
	var all []element
	for _, i := range letters {
		id := int64(binary.BigEndian.Uint64(append([]byte{0, 0}, i.ID[10:]...))) // the random end of the UUID: 48 bits fit a JSON number
		o := newObject("Identifiable").set("id", id).text("lastName", i.LastName).text("firstName", i.FirstName).text("middleName", i.MiddleName)
		o.text("position", i.Position).set("createdOn", i.SentAt.Unix()).set("validTo", i.ExpiresAt.Unix())
		if i.Channel == "email" {
			o.text("email", i.Contact)
		} else {
			o.text("phone", esiaPhone(i.Contact))
		}
		all = append(all, element{base + "/" + strconv.FormatInt(id, 10), r.tag(o)})
	}
	return all, err
}
