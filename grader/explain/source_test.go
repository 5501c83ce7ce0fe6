package explain

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSetBeforeLoad(t *testing.T) {
	for name, tt := range map[string]struct {
		source string
		want   int
	}{
		"before":                   {"int main(void)\n{\n\tbpf_map__update_elem(m, &k, 4, &v, 8, 0);\n\tif (bpf_object__load(o))\n\t\treturn 1;\n}\n", 3},
		"in a block":               {"int main(void)\n{\n\tif (m) {\n\t\tbpf_map_update_elem(fd, &k, &v, 0);\n\t}\n\tprog_bpf__load(skel);\n}\n", 4},
		"behind a comment":         {"/* bpf_object__load(o)\n * first */\n#define LOAD bpf_object__load(o)\nint main(void) { bpf_map_update_elem(fd, &k, &v, 0); puts(\"}\"); bpf_object__load(o); }\n", 4},
		"after":                    {"int main(void) { bpf_object__load(o); bpf_map__update_elem(m, &k, 4, &v, 8, 0); }", 0},
		"before and after":         {"int main(void) { bpf_map_update_elem(a, &k, &v, 0); bpf_object__load(o); bpf_map_update_elem(b, &k, &v, 0); }", 0},
		"in a function":            {"static void set(void) { bpf_map_update_elem(fd, &k, &v, 0); }\nint main(void) { bpf_object__load(o); set(); }", 0},
		"said and not done":        {"int main(void) { /* bpf_map_update_elem(fd, &k, &v, 0) */ bpf_object__load(o); }", 0},
		"another way to the map":   {"int main(void) { mapped[0] = 100; bpf_object__load(o); }", 0},
		"loaded by something else": {"int main(void) { bpf_map_update_elem(fd, &k, &v, 0); load(o); }", 0},
		"opened at once":           {"int main(void) { bpf_map_update_elem(fd, &k, &v, 0); s = prog_bpf__open_and_load(); }", 1},
		"not closed":               {"}}} bpf_map_update_elem( bpf_object__load( /* \" '", 0},
		"":                         {"", 0},
	} {
		assert.Equal(t, tt.want, SetBeforeLoad(tt.source), name)
	}
}
