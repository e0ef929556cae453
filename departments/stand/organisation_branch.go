package stand

// Branch is a part of an organisation elsewhere.
type Branch struct {
	KPP     string `json:"kpp"`
	Name    string `json:"name"`
	Address string `json:"address"`
	Phone   string `json:"phone"`
	Email   string `json:"email"`
}

// registeredBranches are those of the demo's organisations, by ОГРН; idp.DemoOrganisations says the same.
var registeredBranches = map[string][]Branch{
	"1151690007776": {
		{KPP: "165843001", Name: "Казанский филиал", Address: "420087, Республика Татарстан, г. Казань, ул. Родины, д. 7",
			Phone: "+78432100001", Email: "kazan@kyrlay.example"},
		{KPP: "165043002", Name: "Челнинский филиал", Address: "423800, Республика Татарстан, г. Набережные Челны, пр. Мира, д. 24"},
	},
}
