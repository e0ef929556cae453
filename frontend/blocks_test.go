package frontend

import "testing"

func TestRowKeepsItsLines(t *testing.T) {
	t.Parallel()
	if row := Row("Отдел", "Дом <1>\nКазань"); row.Value.HTML != "Дом &lt;1&gt;<br>Казань" || row.Value.Text != "Дом <1>\nКазань" {
		t.Errorf("%+v", row.Value)
	}
	if row := Row("Имя", "Дина"); row.Value.HTML != "" {
		t.Errorf("%+v", row.Value)
	}
}
