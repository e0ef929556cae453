// Package clamdtest is a small clamd for tests: it speaks INSTREAM and finds the EICAR test file.
package clamdtest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
)

// EICAR is the agreed test virus. It is put together here so that scanners leave this file alone.
var EICAR = []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE` + `!$H+H*`)

// Server is a running clamd.
type Server struct {
	Address string
	Scans   atomic.Int64
	Limit   atomic.Int64 // StreamMaxLength in bytes, none when 0
	Broken  atomic.Bool  // takes the connection and hangs up, as an overloaded one does
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Address: ln.Addr().String()}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s *Server) serve(conn net.Conn) {
	defer conn.Close()
	if s.Broken.Load() {
		return
	}
	r := bufio.NewReader(conn)
	if command, err := r.ReadString(0); err != nil || command != "zINSTREAM\x00" {
		fmt.Fprint(conn, "UNKNOWN COMMAND\x00")
		return
	}
	content, err := s.read(r)
	switch {
	case err != nil:
		fmt.Fprint(conn, "INSTREAM size limit exceeded. ERROR\x00")
	case bytes.Contains(content, EICAR):
		s.Scans.Add(1)
		fmt.Fprint(conn, "stream: Eicar-Test-Signature FOUND\x00")
	default:
		s.Scans.Add(1)
		fmt.Fprint(conn, "stream: OK\x00")
	}
}

func (s *Server) read(r io.Reader) ([]byte, error) {
	var content bytes.Buffer
	for {
		var size uint32
		if err := binary.Read(r, binary.BigEndian, &size); err != nil || size == 0 {
			return content.Bytes(), err
		}
		if limit := s.Limit.Load(); limit > 0 && int64(content.Len())+int64(size) > limit {
			return nil, io.ErrShortBuffer
		}
		if _, err := io.CopyN(&content, r, int64(size)); err != nil {
			return nil, err
		}
	}
}
