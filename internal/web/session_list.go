package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// listed is how long a list of sessions outlives the last sign-in: longer than any session of ours is remembered.
const listed = 35 * 24 * time.Hour

// A person's sessions are found by a list in Redis: public id -> key of the session.
func (s *Sessions) listKey(person uuid.UUID) string {
	return "sessions:" + s.Role + ":" + person.String()
}

func (s *Sessions) list(ctx context.Context, token string, v *Session) error {
	_, err := s.Redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, s.listKey(v.Person), v.ID, s.key(token))
		p.Expire(ctx, s.listKey(v.Person), listed)
		return nil
	})
	return err
}

// Of returns the sessions of a person that are not over, the one seen last first, and forgets those that are.
func (s *Sessions) Of(ctx context.Context, person uuid.UUID) ([]Session, error) {
	keys, err := s.Redis.HGetAll(ctx, s.listKey(person)).Result()
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	var found []Session
	var over []string
	for id, key := range keys {
		var one Session
		raw, err := s.Redis.Get(ctx, key).Bytes()
		if errors.Is(err, redis.Nil) {
			over = append(over, id)
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(raw, &one); err != nil {
			return nil, err
		}
		left, err := s.Redis.PTTL(ctx, key).Result()
		if err != nil {
			return nil, err
		}
		one.Seen = time.Now().Add(left - one.TTL) // each request gives a session its whole time again
		found = append(found, one)
	}
	if len(over) > 0 {
		if err := s.Redis.HDel(ctx, s.listKey(person), over...).Err(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b Session) int { return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.ID, b.ID)) })
	return found, nil
}

// EndOne ends one session of a person, and tells whether there was one.
func (s *Sessions) EndOne(ctx context.Context, person uuid.UUID, id string) (bool, error) {
	key, err := s.Redis.HGet(ctx, s.listKey(person), id).Result()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	ended, err := s.Redis.Del(ctx, key).Result()
	if err != nil {
		return false, err
	}
	return ended > 0, s.Redis.HDel(ctx, s.listKey(person), id).Err()
}

func limited(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
