package web

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

var (
	requestSeconds = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name: "tamga_request_seconds", Help: "Time to answer a request.", Buckets: prometheus.ExponentialBuckets(0.001, 3, 9),
	}, []string{"role", "method", "route", "status"})
	limiterOpen = promauto.NewCounter(prometheus.CounterOpts{
		Name: "tamga_limiter_open_total", Help: "Attempts let through because Redis did not answer.",
	})
)

func requestMetrics(role string) func(method, route string, status int, took time.Duration) {
	return func(method, route string, status int, took time.Duration) {
		requestSeconds.WithLabelValues(role, method, route, strconv.Itoa(status)).Observe(took.Seconds())
	}
}

// Check tells whether something that a role needs is there.
type Check func(context.Context) error

// Health serves /healthz (the process is alive), /readyz (what it needs answers) and /metrics. Mount it before sessions.
type Health struct {
	Role   string
	Checks map[string]Check
}

// Mount registers the routes.
func (h *Health) Mount(r fiber.Router) {
	r.Get("/healthz", func(c *fiber.Ctx) error { return c.JSON(fiber.Map{"role": h.Role, "status": "ok"}) })
	r.Get("/readyz", h.ready)
	r.Get("/metrics", adaptor.HTTPHandler(promhttp.Handler()))
}

func (h *Health) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 3*time.Second)
	defer cancel()
	status, checks := "ok", fiber.Map{}
	for name, check := range h.Checks {
		checks[name] = "ok"
		if err := check(ctx); err != nil {
			// The text of an error may name hosts and users: readers of this page learn only what is down.
			status, checks[name] = "unavailable", "unavailable"
			c.Status(fiber.StatusServiceUnavailable)
		}
	}
	return c.JSON(fiber.Map{"role": h.Role, "status": status, "checks": checks})
}
