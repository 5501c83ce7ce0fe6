package proof

import (
	"embed"
	"io/fs"
	"os"
	"path/filepath"
)

// The objects are committed; go generate makes them anew.
//go:generate sh -c "cd junk && clang -g -O2 -target bpf -I/usr/include/x86_64-linux-gnu -fdebug-compilation-dir=. -c no-program.bpf.c -o no-program.o && llvm-strip -g no-program.o"
//go:generate sh -c "cd junk && clang -O2 -target x86_64 -fno-ident -c -xc /dev/null -o other-machine.o"
//go:generate sh -c "cd junk && head -c 700 no-program.o >truncated.o"

// junk holds files that every exercise must refuse.
//
//go:embed junk/*.o
var junk embed.FS

// writeJunk writes the junk into a folder and returns a case for each.
func writeJunk(dir string) ([]Case, error) {
	entries, err := fs.ReadDir(junk, "junk")
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, entry := range entries {
		data, err := junk.ReadFile("junk/" + entry.Name())
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, entry.Name())
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return nil, err
		}
		cases = append(cases, Case{Kind: Junk, Name: entry.Name(), Path: path})
	}
	return cases, nil
}
