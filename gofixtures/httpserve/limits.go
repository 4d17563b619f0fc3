package main

import (
	"io"
	"net"
	"sync"
)

// limitedListener bounds how many connections there are at a time: those beyond
// total wait for others to end, those beyond perHost from one address are closed
// at once, lest one client take all.
type limitedListener struct {
	net.Listener
	limits *connLimits
}

// connLimits are shared by the listeners of one server.
type connLimits struct {
	slots   chan struct{}
	perHost int
	done    chan struct{} // closed with the listeners: nobody waits any longer
	end     sync.Once

	mu    sync.Mutex
	hosts map[string]int
}

func newConnLimits(total, perHost int) *connLimits {
	return &connLimits{
		slots:   make(chan struct{}, total),
		perHost: perHost,
		done:    make(chan struct{}),
		hosts:   make(map[string]int),
	}
}

func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
		if err != nil || !l.limits.enter(host) {
			conn.Close()
			continue
		}
		select {
		case l.limits.slots <- struct{}{}:
			return &limitedConn{Conn: conn, limits: l.limits, host: host}, nil
		case <-l.limits.done:
			conn.Close()
			return nil, net.ErrClosed
		}
	}
}

func (l *limitedListener) Close() error {
	l.limits.end.Do(func() { close(l.limits.done) })
	return l.Listener.Close()
}

func (c *connLimits) enter(host string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hosts[host] >= c.perHost {
		return false
	}
	c.hosts[host]++
	return true
}

func (c *connLimits) leave(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hosts[host]--; c.hosts[host] == 0 {
		delete(c.hosts, host)
	}
}

type limitedConn struct {
	net.Conn
	limits *connLimits
	host   string
	once   sync.Once
}

func (c *limitedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() {
		c.limits.leave(c.host)
		<-c.limits.slots
	})
	return err
}

// ReadFrom and CloseWrite are what net/http looks for on a connection: to send
// a file from within the kernel, and to end one without losing the answer.

func (c *limitedConn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

func (c *limitedConn) CloseWrite() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		return tcp.CloseWrite()
	}
	return nil
}
