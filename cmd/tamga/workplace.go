package main

import (
	"time"

	"tamga/applications"
	"tamga/catalog"
	"tamga/departments"
	"tamga/departments/workplace"
	"tamga/internal/gost"
	"tamga/internal/i18n"
	"tamga/intra"
)

// carriers bring messages to departments that have no service of their own.
func carriers(g *ground) map[string]departments.Carrier {
	return map[string]departments.Carrier{"workplace": &workplace.Carrier{DB: g.pool, Box: g.box, Now: time.Now}}
}

func clerks(g *ground, staff *intra.Staff, right string) departments.Clerks {
	return departments.Clerks{DB: g.pool, Right: right, Allowed: staff.Allowed(right), Employee: employeeOf(staff)}
}

// workplace is where the staff of departments without a system decide. What they decide goes the way of a call-back.
func (i *intraRole) workplace(g *ground, core *applications.Core, services *catalog.Catalog, staff *intra.Staff, roots []*gost.Certificate) *workplace.Handler {
	return &workplace.Handler{Roots: roots, Checks: checksHandler(g, services, staff).Lines, DB: g.pool, Box: g.box, Pages: g.pages, Now: time.Now, Clerks: clerks(g, staff, intra.RightWorkplace),
		Exchange: &departments.Handler{DB: g.pool, River: g.river, Audience: i.PortalURL, Now: time.Now, Log: g.log, OnUpdate: planned(g, core.OnUpdate)},
		Fields: func(service string, version int) (list []workplace.Field) {
			s, err := services.Service(service, version)
			if err != nil {
				return nil
			}
			for _, step := range s.Steps {
				for _, q := range step.Questions {
					list = append(list, workplace.Field{Key: q.ID, Label: q.Label.In(i18n.RU)})
				}
			}
			return list
		}}
}
