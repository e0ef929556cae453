package main

import (
	"math"
	"math/rand/v2"
	"strings"
)

// The names are made, not real: roots and endings of Tatar and Russian surnames, the frequent ones often, as in life (Zipf).
var (
	roots   = strings.Fields("хайрулл гарипов сафин нури кари закир галим валее ахмет хусн миннул шарип сафиулл гиззат зари мубаракш юсуп рахим исмаги фаттах гильмутд бикт ибраг шайхутд мухамет абдулл иван петр смирн кузнец семен михайл никола егор федор андре алексе павл тимофе григор васил степан романов захар борис макс")
	middles = strings.Fields("а и у ин ат ур ян ет ол ер ам ид ак ош ик ут ел ир ан аз")
	endings = strings.Fields("ов ев ин уллин етдинов янов илов аков")
	men     = strings.Fields("александр ильдар айрат рустем марат алексей дмитрий артем тимур айдар сергей андрей ринат ильнур камиль данил амир максим азат наиль")
	women   = strings.Fields("гульнара алсу лилия гузель елена ольга алина диляра эльвира анна лейсан айгуль наталья марина татьяна ильмира регина камилла амина резеда")
	fathers = strings.Fields("александр ильдар айрат рустем марат алексе дмитри рашит рамил фарид сергее андрее ринат ильдус камил фанис ильгиз максим азат наил")
)

// name is the n-th of the payers; the same n gives the same name.
func name(n int) (last, first, middle string) {
	r := rand.New(rand.NewPCG(uint64(n), 16))
	u := r.Float64()
	k := int(math.Pow(float64(len(roots)*len(middles)*len(endings)*8), u)) - 1
	last = roots[k%len(roots)]
	if k /= len(roots); k > 0 {
		last += middles[k%len(middles)]
	}
	last += endings[k/len(middles)%len(endings)]
	if k /= len(middles) * len(endings); k > 0 {
		last = middles[k%len(middles)] + last
	}
	zipf := func(words []string) string { return words[int(math.Pow(float64(len(words)+1), r.Float64()))-1] }
	if r.IntN(2) == 0 {
		return last, zipf(men), zipf(fathers) + "ович"
	}
	return last + "а", zipf(women), zipf(fathers) + "овна"
}

// mistype changes one letter of a surname.
func mistype(r *rand.Rand, word string) string {
	runes := []rune(word)
	i := 1 + r.IntN(len(runes)-1)
	if r.IntN(2) == 0 {
		return string(runes[:i]) + string(runes[i+1:])
	}
	runes[i] = 'щ'
	return string(runes)
}
