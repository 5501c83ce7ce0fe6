package rpc

import (
	"fmt"
	"io"
	"sync/atomic"
)

// maxReply bounds a reply, in bytes. The largest that a testbed makes is well
// below; see testbed.MaxRecordBytes and its like.
const maxReply = 32 << 20

// errReplyTooLarge says that the other end sent more than a reply can have.
var errReplyTooLarge = fmt.Errorf("%w: more than %d MiB", errBadReply, maxReply>>20)

// bounded is a connection on which the other end may send no more than one
// reply for each request. Without a bound a guest that a submission has taken
// over could fill the memory of the host.
type bounded struct {
	io.ReadWriteCloser
	left atomic.Int64
}

func bound(conn io.ReadWriteCloser) *bounded {
	b := &bounded{ReadWriteCloser: conn}
	b.left.Store(maxReply)
	return b
}

// Write sends one request, which allows one reply.
func (b *bounded) Write(p []byte) (int, error) {
	b.left.Store(maxReply)
	return b.ReadWriteCloser.Write(p)
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadWriteCloser.Read(p)
	if b.left.Add(-int64(n)) < 0 {
		return 0, errReplyTooLarge
	}
	return n, err
}
