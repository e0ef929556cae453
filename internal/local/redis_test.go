package local

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestRedisExpires(t *testing.T) {
	t.Parallel()
	r, err := StartRedis()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	o, err := redis.ParseURL(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(o)
	defer client.Close()
	if err := client.Set(t.Context(), "code", "1", 300*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	if n := client.Exists(t.Context(), "code").Val(); n != 1 {
		t.Error("the key is gone at once")
	}
	eventually(t, "the key expires", func() bool { return client.Exists(t.Context(), "code").Val() == 0 })
	r.Stop()
	r.Stop()
}
