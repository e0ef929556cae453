package web

import (
	"bytes"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// A large body passes where files are expected, from somebody with a session, as a form with files; nowhere else.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	app := New(Config{Role: "t", Uploads: &Uploads{Path: func(p string) bool { return strings.HasPrefix(p, "/files") }, Cookie: "s", Max: 4 << 20}})
	app.Post("/*", func(c *fiber.Ctx) error { return c.SendString("taken") })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go app.Listener(ln)
	t.Cleanup(func() { app.Shutdown() })
	for _, test := range []struct {
		path, cookie string
		size         int
		plain, taken bool
	}{
		{"/files?x=1", "s=1", 3 << 20, false, true},
		{"/files", "s=1", 5 << 20, false, false},
		{"/files", "", 3 << 20, false, false},
		{"/other", "s=1", 3 << 20, false, false},
		{"/files", "s=1", 3 << 20, true, false},
		{"/other", "", 1 << 10, false, true},
	} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("f", "a.bin")
		if err != nil {
			t.Fatal(err)
		}
		part.Write(make([]byte, test.size))
		form.Close()
		req, err := http.NewRequest(http.MethodPost, "http://"+ln.Addr().String()+test.path, &body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", form.FormDataContentType())
		if test.plain {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		req.Header.Set("Cookie", test.cookie)
		res, err := http.DefaultClient.Do(req)
		taken := err == nil && res.StatusCode == http.StatusOK
		if err == nil {
			res.Body.Close()
		}
		if taken != test.taken {
			t.Errorf("%+v: taken %t, %v", test, taken, err)
		}
	}
}
