package gost

import "sync"

// group is the arithmetic of a curve y² = x³ + ax + b in the subgroup of prime order.
type group struct {
	size         int // of a coordinate in bytes
	p, q         *field
	a, b, triple element // triple is 3b
	base         point
	cofactor     int

	once  sync.Once
	table [][15]point // of base: 1…15 times 16^i
}

// point is (X:Y:Z) in projective coordinates: x = X/Z, y = Y/Z. Z is 0 for infinity.
type point struct{ x, y, z element }

func (g *group) infinity() point { return point{y: g.p.one} }

// add is the complete addition of Renes, Costello and Batina (2016, algorithm 1): one sequence for every pair of points of a
// subgroup of odd order, equal, opposite and infinite ones included.
func (g *group) add(m, n *point) point {
	f := g.p
	xx, yy, zz := f.mul(&m.x, &n.x), f.mul(&m.y, &n.y), f.mul(&m.z, &n.z)
	xy := g.cross(&m.x, &m.y, &n.x, &n.y, &xx, &yy)
	xz := g.cross(&m.x, &m.z, &n.x, &n.z, &xx, &zz)
	yz := g.cross(&m.y, &m.z, &n.y, &n.z, &yy, &zz)

	azz, axz := f.mul(&g.a, &zz), f.mul(&g.a, &xz)
	bzz, bxz := f.mul(&g.triple, &zz), f.mul(&g.triple, &xz)
	u := f.add(&axz, &bzz)
	minus, plus := f.sub(&yy, &u), f.add(&yy, &u)
	v := f.add(&xx, &xx)
	v = f.add(&v, &xx)
	v = f.add(&v, &azz)
	w := f.sub(&xx, &azz)
	w = f.mul(&g.a, &w)
	w = f.add(&w, &bxz)

	var sum point
	left, right := f.mul(&xy, &minus), f.mul(&yz, &w)
	sum.x = f.sub(&left, &right)
	left, right = f.mul(&v, &w), f.mul(&plus, &minus)
	sum.y = f.add(&left, &right)
	left, right = f.mul(&yz, &plus), f.mul(&xy, &v)
	sum.z = f.add(&left, &right)
	return sum
}

// cross is a·d + b·c, of which ac and bd are known.
func (g *group) cross(a, b, c, d, ac, bd *element) element {
	f := g.p
	left, right := f.add(a, b), f.add(c, d)
	z := f.mul(&left, &right)
	z = f.sub(&z, ac)
	return f.sub(&z, bd)
}

// digit is the i-th group of four bits of a number.
func digit(k *element, i int) uint64 { return k[i/16] >> (4 * (i % 16)) & 15 }

// mulBase is k times the base. It adds once for every digit and reads the whole row of the table each time: neither the steps
// nor the addresses depend on k.
func (g *group) mulBase(k *element) point {
	g.once.Do(g.fill)
	sum := g.infinity()
	for i := range g.table {
		term := g.infinity()
		for j := range g.table[i] {
			term.choose(&g.table[i][j], equal(digit(k, i), uint64(j+1)))
		}
		sum = g.add(&sum, &term)
	}
	return sum
}

// equal is all ones for equal digits, else zero.
func equal(a, b uint64) uint64 { return ((a ^ b) - 1) >> 63 * ^uint64(0) }

// choose takes the other point where mask is all ones.
func (m *point) choose(other *point, mask uint64) {
	for i := range m.x {
		m.x[i] ^= mask & (m.x[i] ^ other.x[i])
		m.y[i] ^= mask & (m.y[i] ^ other.y[i])
		m.z[i] ^= mask & (m.z[i] ^ other.z[i])
	}
}

func (g *group) fill() {
	g.table = make([][15]point, 16*g.p.n)
	first := g.base
	for i := range g.table {
		g.table[i] = g.multiples(&first)
		first = g.add(&g.table[i][14], &first)
	}
}

// multiples are 1…15 times m.
func (g *group) multiples(m *point) (row [15]point) {
	row[0] = *m
	for j := 1; j < len(row); j++ {
		row[j] = g.add(&row[j-1], m)
	}
	return row
}

// mulPublic is k times m, for a k that is no secret: what it does depends on k.
func (g *group) mulPublic(m *point, k *element) point {
	row := g.multiples(m)
	sum := g.infinity()
	for i := 16*g.p.n - 1; i >= 0; i-- {
		for range 4 {
			sum = g.add(&sum, &sum)
		}
		if d := digit(k, i); d > 0 {
			sum = g.add(&sum, &row[d-1])
		}
	}
	return sum
}

// affine returns the coordinates out of Montgomery form.
func (g *group) affine(m *point) (x, y element) {
	inverse := g.p.inv(&m.z)
	x, y = g.p.mul(&m.x, &inverse), g.p.mul(&m.y, &inverse)
	return g.p.plain(&x), g.p.plain(&y)
}

// contains tells whether a point is on the curve and in the subgroup, infinity left out.
func (g *group) contains(m *point) bool {
	f := g.p
	square := f.mul(&m.x, &m.x)
	slope := f.add(&square, &g.a)
	right := f.mul(&slope, &m.x)
	right = f.add(&right, &g.b)
	if f.mul(&m.y, &m.y) != right {
		return false
	}
	if g.cofactor == 1 {
		return true
	}
	// Outside the subgroup the addition may fail, and answers (0:0:0) from then on.
	end := g.mulPublic(m, &g.q.modulus)
	return end.z.zero() && !end.y.zero()
}
