package signaling

import (
	"cmp"
	"errors"
	"hash/maphash"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter holds the token buckets of client addresses and of inboxes.
//
// A wrong password is charged to the address it came from and to the inbox it
// was for; when either bucket is empty, the next password is not looked at. A
// flood from one address so costs only that address, and a flood from many on
// one inbox keeps out strangers, but not its owner: credentials that were right
// from the same address before are always looked at. That an address at which
// the owner was (behind one NAT with it) can try on at its request rate is the
// price of not letting it lock the owner out.
type limiter struct {
	limits Limits
	seed   maphash.Seed

	mu        sync.Mutex
	addresses *recent[netip.Addr, *addressBuckets]
	passwords *recent[string, *rate.Limiter] // wrong passwords, by inbox
	proven    *recent[proof, struct{}]
}

// addressBuckets are what one address may still do.
type addressBuckets struct {
	requests  *rate.Limiter
	inboxes   *rate.Limiter
	passwords *rate.Limiter
}

// proof says that credentials were right when they came from an address. The
// hash needs no strength: a Store looks at the password all the same.
type proof struct {
	address netip.Addr
	hash    uint64
}

func newLimiter(l Limits) *limiter {
	l.RequestRate = cmp.Or(l.RequestRate, 100)
	l.RequestBurst = cmp.Or(l.RequestBurst, 500)
	l.InboxRate = cmp.Or(l.InboxRate, 5)
	l.InboxBurst = cmp.Or(l.InboxBurst, 100)
	l.PasswordRate = cmp.Or(l.PasswordRate, 0.2)
	l.PasswordBurst = cmp.Or(l.PasswordBurst, 20)
	l.Addresses = cmp.Or(max(l.Addresses, 0), 65536)
	return &limiter{
		limits:    l,
		seed:      maphash.MakeSeed(),
		addresses: newRecent[netip.Addr, *addressBuckets](l.Addresses),
		passwords: newRecent[string, *rate.Limiter](l.Addresses),
		proven:    newRecent[proof, struct{}](l.Addresses),
	}
}

// request charges one request to an address. Error: ErrRateLimited.
func (l *limiter) request(address netip.Addr) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.address(address).requests.Allow() {
		return ErrRateLimited
	}
	return nil
}

// newInbox charges one new inbox to an address. Error: ErrRateLimited.
func (l *limiter) newInbox(address netip.Addr) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.address(address).inboxes.Allow() {
		return ErrRateLimited
	}
	return nil
}

// try is request for one with credentials. It returns ErrTooManyTries if the
// Store may not look at c's password, which it charges nothing for: what it lets
// through is followed by succeeded or failed, unless the same credentials were
// right before.
func (l *limiter) try(address netip.Addr, c Credentials) (proven bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.address(address)
	if !b.requests.Allow() {
		return false, ErrRateLimited
	}
	if _, ok := l.proven.get(l.proof(address, c)); ok {
		return true, nil
	}
	if empty(b.passwords) {
		return false, ErrTooManyTries
	}
	if inbox, ok := l.passwords.get(c.ID); ok && empty(inbox) {
		return false, ErrTooManyTries
	}
	return false, nil
}

// succeeded notes that c's password was right, or the first for its inbox.
func (l *limiter) succeeded(address netip.Addr, c Credentials) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.proof(address, c)
	if _, ok := l.proven.get(p); !ok {
		l.proven.put(p, struct{}{})
	}
}

// failed charges a wrong password. Tries that were under way at once may
// overdraw a bucket, which then takes longer to fill again.
func (l *limiter) failed(address netip.Addr, c Credentials) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.address(address).passwords.Reserve()
	inbox, ok := l.passwords.get(c.ID)
	if !ok {
		inbox = newBucket(l.limits.PasswordRate, l.limits.PasswordBurst)
		l.passwords.put(c.ID, inbox)
	}
	inbox.Reserve()
}

// address returns the buckets of an address. The caller holds mu.
func (l *limiter) address(address netip.Addr) *addressBuckets {
	b, ok := l.addresses.get(address)
	if !ok {
		b = &addressBuckets{
			requests:  newBucket(l.limits.RequestRate, l.limits.RequestBurst),
			inboxes:   newBucket(l.limits.InboxRate, l.limits.InboxBurst),
			passwords: newBucket(l.limits.PasswordRate, l.limits.PasswordBurst),
		}
		l.addresses.put(address, b)
	}
	return b
}

func (l *limiter) proof(address netip.Addr, c Credentials) proof {
	return proof{address, maphash.Comparable(l.seed, c)}
}

// retryAfter is the value of Retry-After (RFC 9110, section 10.2.3) for err: the
// seconds in which a bucket gets its next token, and 1 where nobody can know.
func (l *limiter) retryAfter(err error) string {
	seconds := 1.0
	switch {
	case errors.Is(err, ErrTooManyTries):
		seconds = 1 / l.limits.PasswordRate
	case errors.Is(err, ErrRateLimited):
		seconds = 1 / min(l.limits.RequestRate, l.limits.InboxRate)
	}
	return strconv.Itoa(int(max(1, math.Ceil(seconds))))
}

// newBucket returns a full bucket; a negative rate means one that never empties.
func newBucket(perSecond float64, burst int) *rate.Limiter {
	if perSecond < 0 {
		return rate.NewLimiter(rate.Inf, burst)
	}
	return rate.NewLimiter(rate.Limit(perSecond), burst)
}

func empty(b *rate.Limiter) bool {
	return b.Limit() != rate.Inf && b.TokensAt(time.Now()) < 1
}

// clientAddress returns the address that the limits count r under: an IPv4
// address or the /64 of an IPv6 address, which is what one client can choose
// from. With trustProxy it is the last entry of X-Forwarded-For, the only one
// that the trusted proxy wrote. All whose address is not known share the zero one.
func clientAddress(r *http.Request, trustProxy bool) netip.Addr {
	address := r.RemoteAddr
	if forwarded := r.Header.Values("X-Forwarded-For"); trustProxy && len(forwarded) > 0 {
		last := forwarded[len(forwarded)-1]
		address = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	}
	withPort, err := netip.ParseAddrPort(address)
	ip := withPort.Addr()
	if err != nil {
		ip, _ = netip.ParseAddr(address)
	}
	ip = ip.Unmap()
	if ip.Is6() {
		prefix, _ := ip.WithZone("").Prefix(64)
		return prefix.Addr()
	}
	return ip
}
