package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"
)

// visit is what a browser fetches when it first opens the home page.
type visit struct {
	files []fetched
	bytes int
}

type fetched struct {
	path  string
	bytes int // of head and body, as sent
}

var (
	assetLink = regexp.MustCompile(`/assets/[A-Za-z0-9.-]+`)
	fontFace  = regexp.MustCompile(`@font-face\{[^}]*\}`)
	fontRange = regexp.MustCompile(`unicode-range:([^;}]+)`)
	cssRule   = regexp.MustCompile(`([^{}]+)\{[^{}]*url\((/assets/[A-Za-z0-9.-]+)\)`)
	className = regexp.MustCompile(`\.([A-Za-z][\w-]*)`)
)

// firstVisit fetches the page, all that it links, and what the styles need for it: fonts that have letters of the page, images of
// classes that the page has.
func firstVisit(site string) (*visit, error) {
	v := &visit{}
	page, err := v.get(site, "/")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	need := assetLink.FindAllString(page, -1)
	for i := 0; i < len(need); i++ {
		path := need[i]
		if seen[path] {
			continue
		}
		seen[path] = true
		body, err := v.get(site, path)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(path, ".css") {
			need = append(need, ofStyles(body, page)...)
		}
	}
	return v, nil
}

func (v *visit) get(site, path string) (string, error) {
	ask, got := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(ask)
	defer fasthttp.ReleaseResponse(got)
	ask.SetRequestURI(site + path)
	ask.Header.Set("Accept-Encoding", "gzip, deflate, br")
	if err := fasthttp.Do(ask, got); err != nil {
		return "", err
	}
	if got.StatusCode() != fasthttp.StatusOK {
		return "", fmt.Errorf("%s answered %d", path, got.StatusCode())
	}
	one := fetched{path, len(got.Header.Header()) + len(got.Body())}
	v.files, v.bytes = append(v.files, one), v.bytes+one.bytes
	body, err := got.BodyUncompressed()
	return string(body), err
}

func ofStyles(css, page string) []string {
	var need []string
	shown := text(page)
	for _, face := range fontFace.FindAllString(css, -1) {
		if r := fontRange.FindStringSubmatch(face); r == nil || strings.ContainsFunc(shown, inRange(r[1])) {
			need = append(need, assetLink.FindString(face))
		}
	}
	for _, rule := range cssRule.FindAllStringSubmatch(fontFace.ReplaceAllString(css, ""), -1) {
		for _, class := range className.FindAllStringSubmatch(rule[1], -1) {
			if strings.Contains(page, class[1]) {
				need = append(need, rule[2])
			}
		}
	}
	return need
}

// inRange reads a unicode-range: "U+401, U+410-44F".
func inRange(list string) func(rune) bool {
	var ranges [][2]int64
	for part := range strings.SplitSeq(list, ",") {
		low, high, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(strings.ToUpper(part)), "U+"), "-")
		if !found {
			high = low
		}
		from, err1 := strconv.ParseInt(low, 16, 32)
		to, err2 := strconv.ParseInt(high, 16, 32)
		if err1 == nil && err2 == nil {
			ranges = append(ranges, [2]int64{from, to})
		}
	}
	return func(r rune) bool {
		for _, one := range ranges {
			if int64(r) >= one[0] && int64(r) <= one[1] {
				return true
			}
		}
		return false
	}
}
