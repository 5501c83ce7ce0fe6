package kernel

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCandidate(t *testing.T) {
	debian, ubuntu := &distributions[0], &distributions[1]
	tests := []struct {
		d                 *distribution
		name, version     string
		kernel, release   string
		flavour           int
		unsigned, nothing bool
	}{
		{d: debian, name: "linux-image-6.1.0-56-cloud-amd64", version: "6.1.192-2", kernel: "6.1.192", release: "6.1.0-56-cloud-amd64"},
		{d: debian, name: "linux-image-6.12.117+deb12-cloud-amd64-unsigned", version: "6.12.117-1~deb12u1", kernel: "6.12.117", release: "6.12.117+deb12-cloud-amd64", unsigned: true},
		{d: debian, name: "linux-image-6.1.0-56-cloud-amd64-dbg", version: "6.1.192-2", nothing: true},
		{d: debian, name: "linux-image-6.1.0-56-amd64", version: "6.1.192-2", nothing: true},
		{d: debian, name: "linux-image-cloud-amd64", version: "6.1.192-2", nothing: true},
		{d: debian, name: "linux-image-6.1.0-56-cloud-amd64", version: "../6-2", nothing: true},
		{d: debian, name: "linux-headers-6.1.0-56-cloud-amd64", version: "6.1.192-2", nothing: true},
		{d: ubuntu, name: "linux-image-6.8.0-45-generic", version: "6.8.0-45.45", kernel: "6.8.0-45", release: "6.8.0-45-generic"},
		{d: ubuntu, name: "linux-image-unsigned-6.8.0-45-kvm", version: "6.8.0-45.45", kernel: "6.8.0-45", release: "6.8.0-45-kvm", flavour: 2, unsigned: true},
		{d: ubuntu, name: "linux-image-generic", version: "6.8.0-45.45", nothing: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := deb{name: tt.name, version: tt.version}
			c, ok := tt.d.candidate(p)
			assert.Equal(t, !tt.nothing, ok)
			if ok {
				assert.Equal(t, candidate{deb: p, kernel: tt.kernel, release: tt.release, flavour: tt.flavour, signed: !tt.unsigned}, c)
			}
		})
	}
}

func TestChoose(t *testing.T) {
	candidates := []candidate{
		{deb: deb{"old", "6.1.100-1", ""}, kernel: "6.1.100", release: "6.1.0-30-cloud-amd64", signed: true},
		{deb: deb{"unsigned", "6.1.192-2", ""}, kernel: "6.1.192", release: "6.1.0-56-cloud-amd64"},
		{deb: deb{"signed", "6.1.192-2", ""}, kernel: "6.1.192", release: "6.1.0-56-cloud-amd64", signed: true},
		{deb: deb{"other", "6.1.193-1", ""}, kernel: "6.1.193", release: "6.1.0-57-other", flavour: 1, signed: true},
		{deb: deb{"first", "6.12.117-1~deb12u1", ""}, kernel: "6.12.117", release: "6.12.117+deb12-cloud-amd64"},
		{deb: deb{"later", "6.12.117-1", ""}, kernel: "6.12.117", release: "6.12.117+deb13-cloud-amd64"},
	}
	tests := []struct{ word, want string }{
		{"6.1", "signed"},
		{"6", "later"},
		{"6.1.100", "old"},
		{"6.1.193", "other"},
		{"6.1.0-30", "old"},
		{"6.1.0-30-cloud-amd64", "old"},
		{"6.12", "later"},
		{"6.12.117+deb12-cloud-amd64", "first"},
		{"6.12.1", ""},
		{"6.2", ""},
	}
	for _, tt := range tests {
		t.Run(tt.word, func(t *testing.T) {
			c, ok := choose(candidates, tt.word)
			assert.Equal(t, tt.want != "", ok)
			assert.Equal(t, tt.want, c.name)
		})
	}
	assert.Equal(t, []string{"6.1.193", "6.12.117"}, offer(candidates))
}

func TestCompareVersions(t *testing.T) {
	rising := []string{"5.10.1", "6.1.9", "6.1.10", "6.12.1~rc1", "6.12.1-1~bpo12+1", "6.12.1-1", "6.12.1-1.1"}
	for i := range rising[1:] {
		assert.Negative(t, compareVersions(rising[i], rising[i+1]), "%s < %s", rising[i], rising[i+1])
		assert.Positive(t, compareVersions(rising[i+1], rising[i]))
	}
}
