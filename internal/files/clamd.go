package files

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// ErrUnavailable is the error of a scanner that could not be reached or did not finish. The file is neither good nor bad yet.
var ErrUnavailable = errors.New("the scanner cannot be reached")

// Scanner asks clamd. Nil scans nothing.
type Scanner struct {
	Address string        // "host:3310", or the path of a socket
	Timeout time.Duration // of one scan, 30 s when 0
}

// chunk is how much is sent at once; clamd's own limit is far above.
const chunk = 64 << 10

// Scan returns the name of the virus in content, "" for none. Every failure is an ErrUnavailable.
func (s *Scanner) Scan(ctx context.Context, content []byte) (virus string, err error) {
	timeout := s.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	reply, err := s.instream(ctx, content)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	rest, ours := strings.CutPrefix(reply, "stream: ")
	switch {
	case ours && rest == "OK":
		return "", nil
	case ours && strings.HasSuffix(rest, " FOUND"):
		return strings.TrimSuffix(rest, " FOUND"), nil
	}
	return "", fmt.Errorf("%w: it says %q", ErrUnavailable, reply)
}

// instream speaks clamd's INSTREAM: chunks with their length before them, an empty one at the end, and an answer that ends with
// a zero byte.
func (s *Scanner) instream(ctx context.Context, content []byte) (string, error) {
	network := "tcp"
	if strings.HasPrefix(s.Address, "/") {
		network = "unix"
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, s.Address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return "", err
	}
	w := bufio.NewWriter(conn)
	fmt.Fprint(w, "zINSTREAM\x00")
	for len(content) > 0 {
		n := min(len(content), chunk)
		w.Write(binary.BigEndian.AppendUint32(nil, uint32(n)))
		w.Write(content[:n])
		content = content[n:]
	}
	w.Write(make([]byte, 4))
	sent := w.Flush() // clamd may answer and hang up before it has read all: then its answer counts
	reply, err := bufio.NewReader(conn).ReadString(0)
	if err != nil {
		return "", errors.Join(sent, err)
	}
	return strings.TrimRight(reply, "\x00\n"), nil
}
