package catalog

import (
	"context"
	"testing"

	"tamga/internal/dbtest"
)

func TestSearchFindsWhatPeopleMean(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Portal)
	c := published(t, edited(t, "", "", ""), tx)
	for _, test := range []struct{ query, want string }{
		{"свадьба", "marriage"},
		{"свадьбу сыграть", "marriage"},
		{"пожениться", "marriage"},
		{"хотим пожениться летом", "marriage"},
		{"паспорт", ""},
		{"регистрация брака", "marriage"},
		{"зарегистрировать брак", "marriage"},
		{"загс", "marriage"},
		{"ЗАГСа", "marriage"},
		{"заявление в загс", "marriage"},
		{"выйти замуж", "marriage"},
		{"жених", "marriage"},
		{"никах", "marriage"},
		{"никахны теркәү", "marriage"},
		{"туй көне", "marriage"},
		{"өйләнергә телибез", "marriage"},
		{"marriage", "marriage"},
		{"getting married", "marriage"},
		{"weddings", "marriage"},
		{"садик", "kindergarten-compensation"},
		{"детский сад деньги", "kindergarten-compensation"},
		{"вернуть деньги за садик", "kindergarten-compensation"},
		{"как вернуть часть платы за детский сад", "kindergarten-compensation"},
		{"компенсация за садик", "kindergarten-compensation"},
		{"компенсации", "kindergarten-compensation"},
		{"балалар бакчасы", "kindergarten-compensation"},
		{"бакча акчасы", "kindergarten-compensation"},
		{"kindergarten fee", "kindergarten-compensation"},
		{"детское пособие", "child-benefit"},
		{"детские пособия", "child-benefit"},
		{"пособие на ребёнка", "child-benefit"},
		{"пособие на ребенка", "child-benefit"},
		{"мать-одиночка", "child-benefit"},
		{"алименты", "child-benefit"},
		{"у нас родился ребёнок", "child-benefit"},
		{"бала пособиесе", "child-benefit"},
		{"child benefit", "child-benefit"},
		{"реклама", "advertising-permit"},
		{"рекламный щит", "advertising-permit"},
		{"рекламные щиты", "advertising-permit"},
		{"вывеску повесить", "advertising-permit"},
		{"баннер на здании", "advertising-permit"},
		{"разрешение на рекламу", "advertising-permit"},
		{"реклама такталары", "advertising-permit"},
		{"billboards", "advertising-permit"},
		{"загранпаспорт", ""},
		{"записаться к врачу", ""},
		{"замена водительских прав", ""},
		{"' | & ! :* <-> (", ""},
		{"и в на", ""},
		{"", ""},
	} {
		found, err := c.Search(context.Background(), tx, test.query)
		if err != nil {
			t.Fatalf("%q: %v", test.query, err)
		}
		got := ""
		if len(found) > 0 {
			got = found[0].ID
		}
		if got != test.want {
			t.Errorf("%q: first is %q, want %q", test.query, got, test.want)
		}
	}
}
