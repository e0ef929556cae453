package web

import (
	"bytes"
	"time"

	"github.com/valyala/fasthttp"
)

// Uploads says where a body may be larger than a form. It decides by the head of the request, before the body is read: everywhere
// else, and for somebody without a session, the limit of forms stands.
type Uploads struct {
	Path   func(string) bool
	Cookie string // of the session
	Max    int    // bytes
}

// uploadTime is how long a large body may take: ten megabytes over a bad mobile network.
const uploadTime = 5 * time.Minute

func (u *Uploads) config(head *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path, _, _ := bytes.Cut(head.RequestURI(), []byte("?"))
	if !head.IsPost() || len(head.MultipartFormBoundary()) == 0 || len(head.Cookie(u.Cookie)) == 0 || !u.Path(string(path)) {
		return fasthttp.RequestConfig{}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: u.Max, ReadTimeout: uploadTime}
}
