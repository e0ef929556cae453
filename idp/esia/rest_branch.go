package esia

import (
	"strconv"

	"tamga/idp/confirm"
	"tamga/idp/organisation"
)

// orgBranches are the branches that the register names.
func (r *reader) orgBranches(org *organisation.Organisation, base string) ([]element, error) {
	found, err := organisation.Branches(r.ctx, r.h.DB, org.ID)
	var all []element
	for _, b := range found {
		o := newObject("Identifiable").set("oid", b.OID).text("name", b.Name).text("kpp", b.KPP)
		all = append(all, element{base + "/" + strconv.FormatInt(b.OID, 10), r.tag(o)})
	}
	return all, err
}

// branchParts are the collections of a branch and their scopes.
var branchParts = map[string]string{"ctts": "org_brhs_ctts", "addrs": "org_brhs_addrs"}

// branchPart answers …/brhs/{oid}/ctts and addrs, and their elements. Each has a scope of its own.
func (r *reader) branchPart(org *organisation.Organisation, open map[string]bool, base string, path []string) (*answer, error) {
	scope, known := branchParts[path[1]]
	if !known || len(path) > 3 {
		return nil, errNoSuch
	}
	if !open[scope] {
		return nil, errNoScopeFor
	}
	found, err := organisation.Branches(r.ctx, r.h.DB, org.ID)
	if err != nil {
		return nil, err
	}
	for _, b := range found {
		if strconv.FormatInt(b.OID, 10) != path[0] {
			continue
		}
		at := base + "/brhs/" + path[0] + "/" + path[1]
		elements := r.branchElements(&b, path[1], at)
		if len(path) == 3 {
			return r.single(elements, at+"/"+path[2], path[1]+"/Element-1")
		}
		return r.answerOf(r.collection(elements, r.embed.elements()), path[1]+"/Collection-1"), nil
	}
	return nil, errNoSuch
}

// branchElements are the contacts or the addresses of a branch.
func (r *reader) branchElements(b *organisation.Branch, name, base string) []element {
	var all []element
	add := func(n int64, kind, field, value, state string) {
		if value != "" {
			id := contactID(b.OID, n)
			o := newObject("Identifiable").set("id", id).set("type", kind).set(field, value).text("vrfStu", state)
			all = append(all, element{base + "/" + strconv.FormatInt(id, 10), r.tag(o)})
		}
	}
	if name == "ctts" {
		add(1, "OPH", "value", esiaPhone(b.Phone), "NOT_VERIFIED")
		add(2, "OEM", "value", b.Email, "NOT_VERIFIED")
	} else {
		add(3, "OLG", "addressStr", b.Address, "")
	}
	return all
}

// orgCentres are the service centres of an organisation that confirms identities: where and when one comes there.
func (r *reader) orgCentres(org *organisation.Organisation, base string) ([]element, error) {
	all, err := confirm.Centres(r.ctx, r.h.DB)
	var own []element
	for _, centre := range all {
		if centre.OID != org.OID {
			continue
		}
		id := contactID(org.OID, 5)
		o := newObject("Identifiable").set("id", id).text("name", centre.Name).text("type", agencyTypes[centre.Kind])
		o.text("addressStr", centre.Address).text("phone", esiaPhone(centre.Phone)).text("workingHours", centre.Hours)
		own = append(own, element{base + "/" + strconv.FormatInt(id, 10), r.tag(o)})
	}
	return own, err
}
