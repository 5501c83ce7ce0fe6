package rpc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/rpc"

	"github.com/fxamacker/cbor/v2"
)

// A message is its length in four bytes, the largest first, and two items of
// CBOR (RFC 8949): what net/rpc wants to know of it, and the request or reply.
const lengthBytes = 4

// maxMessage bounds a message, in bytes, and maxItems the elements of each list
// in it: a guest that a submission has taken over could otherwise fill the
// memory of the host. The largest that a testbed makes is well below; see
// testbed.MaxRecordBytes and its like.
const (
	maxMessage = 32 << 20
	maxItems   = 1 << 20
)

// errTooLarge says that a message is larger than any can be.
var errTooLarge = fmt.Errorf("%w: more than %d MiB", errBadMessage, maxMessage>>20)

// errBadMessage says that the other end does not keep to the protocol. An agent
// always does: somebody else has taken its place.
var errBadMessage = errors.New("the testbed sent a message that makes no sense")

// decoding takes text as it is: programs choose names and lines, and need not
// keep to UTF-8.
var decoding = mustDecode(cbor.DecOptions{
	MaxArrayElements: maxItems,
	UTF8:             cbor.UTF8DecodeInvalid,
})

func mustDecode(options cbor.DecOptions) cbor.DecMode {
	mode, err := options.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}

// requestHeader and responseHeader are what of net/rpc's own goes over the wire.
type requestHeader struct {
	Method string
	Seq    uint64
}

type responseHeader struct {
	Seq   uint64
	Error string
}

// codec reads and writes messages. It is net/rpc's codec for both ends.
type codec struct {
	conn io.ReadWriteCloser
	// body is what follows the header that was read last.
	body []byte
}

func (c *codec) write(header, body any) error {
	message := make([]byte, lengthBytes, 512)
	for _, item := range []any{header, body} {
		data, err := cbor.Marshal(item)
		if err != nil {
			return err
		}
		message = append(message, data...)
	}
	size := len(message) - lengthBytes
	if size > maxMessage {
		return fmt.Errorf("a message of %d bytes: more than %d MiB", size, maxMessage>>20)
	}
	binary.BigEndian.PutUint32(message, uint32(size))
	_, err := c.conn.Write(message)
	return err
}

// readHeader reads a message up to its body.
func (c *codec) readHeader(header any) error {
	var length [lengthBytes]byte
	if _, err := io.ReadFull(c.conn, length[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint32(length[:])
	if size > maxMessage {
		return errTooLarge
	}
	message := make([]byte, size)
	if _, err := io.ReadFull(c.conn, message); err != nil {
		return err
	}
	var err error
	if c.body, err = decoding.UnmarshalFirst(message, header); err != nil {
		return fmt.Errorf("%w: %v", errBadMessage, err)
	}
	return nil
}

// readBody reads the rest of the message whose header was read, or skips it.
func (c *codec) readBody(body any) error {
	data := c.body
	c.body = nil
	if body == nil {
		return nil
	}
	if err := decoding.Unmarshal(data, body); err != nil {
		return fmt.Errorf("%w: %v", errBadMessage, err)
	}
	return nil
}

func (c *codec) Close() error { return c.conn.Close() }

type clientCodec struct{ codec }

func (c *clientCodec) WriteRequest(r *rpc.Request, body any) error {
	return c.write(requestHeader{r.ServiceMethod, r.Seq}, body)
}

func (c *clientCodec) ReadResponseHeader(r *rpc.Response) error {
	var header responseHeader
	err := c.readHeader(&header)
	r.Seq, r.Error = header.Seq, header.Error
	return err
}

func (c *clientCodec) ReadResponseBody(body any) error { return c.readBody(body) }

type serverCodec struct{ codec }

func (c *serverCodec) ReadRequestHeader(r *rpc.Request) error {
	var header requestHeader
	err := c.readHeader(&header)
	r.ServiceMethod, r.Seq = header.Method, header.Seq
	return err
}

func (c *serverCodec) ReadRequestBody(body any) error { return c.readBody(body) }

func (c *serverCodec) WriteResponse(r *rpc.Response, body any) error {
	return c.write(responseHeader{r.Seq, r.Error}, body)
}
