package kernel

import (
	"fmt"
	"os"
	"path/filepath"
)

// CacheVariable is the environment variable that names the folder in which
// everything is kept, in place of the user's cache folder.
const CacheVariable = "BPFGRADE_CACHE"

// DefaultDir is the folder in which everything is kept that need not be
// fetched or made again: kernels in kernels/, templates in templates/, headers
// in headers/. It is $BPFGRADE_CACHE or else the folder bpfgrade in the user's
// cache folder, see [os.UserCacheDir]. It need not exist.
func DefaultDir() (string, error) {
	if dir := os.Getenv(CacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find cache folder: %w; set %s", err, CacheVariable)
	}
	return filepath.Join(dir, "bpfgrade"), nil
}
