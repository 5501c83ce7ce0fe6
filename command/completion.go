package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/bpfgrade/bpfgrade/grader"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// scripts ask the command itself for what can follow, which is one a line, and
// leave the names of files to the shell.
var scripts = map[string]string{
	"bash": `# source <(bpfgrade completion bash)
_bpfgrade() {
	mapfile -t COMPREPLY < <(compgen -W "$(bpfgrade complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _bpfgrade bpfgrade
`,
	"zsh": `#compdef bpfgrade
# source <(bpfgrade completion zsh)
_bpfgrade() {
	local -a candidates
	candidates=(${(f)"$(bpfgrade complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
	compadd -a candidates || _files
}
compdef _bpfgrade bpfgrade
`,
	"fish": `# bpfgrade completion fish | source
complete -c bpfgrade -a '(bpfgrade complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

func (c *completionCmd) Run(env *environment) error {
	_, err := fmt.Fprint(env.stdout, scripts[c.Shell])
	return err
}

// completeCmd is what the scripts call.
type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

func (c *completeCmd) Run(env *environment, app *kong.Kong) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	for _, candidate := range candidates(app.Model.Node, env.exercises, words) {
		if _, err := fmt.Fprintln(env.stdout, candidate); err != nil {
			return err
		}
	}
	return nil
}

// candidates are what the last of the words can become.
func candidates(node *kong.Node, exercises []*grader.Exercise, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	flag := (*kong.Flag)(nil)
	positional := 0
	for _, word := range words[:len(words)-1] {
		child := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word && !n.Hidden })
		switch {
		case flag != nil:
			flag = nil
		case strings.HasPrefix(word, "-") && !strings.Contains(word, "="):
			if flag = flagOf(node, word); flag != nil && flag.IsBool() {
				flag = nil
			}
		case child >= 0:
			node, positional = node.Children[child], 0
		default:
			positional++
		}
	}
	last := words[len(words)-1]
	var all []string
	switch {
	case flag != nil:
		all = valuesOf(flag.Value, flag.PlaceHolder, exercises)
	case strings.HasPrefix(last, "-"):
		for _, f := range node.AllFlags(true) {
			for _, f := range f {
				all = append(all, "--"+f.Name)
			}
		}
	default:
		for _, child := range node.Children {
			if !child.Hidden {
				all = append(all, child.Name)
			}
		}
		if positional < len(node.Positional) {
			all = append(all, valuesOf(node.Positional[positional], strings.ToUpper(node.Positional[positional].Name), exercises)...)
		}
	}
	return slices.DeleteFunc(all, func(candidate string) bool { return !strings.HasPrefix(candidate, last) })
}

// flagOf is the flag that a word names, or nil.
func flagOf(node *kong.Node, word string) *kong.Flag {
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			if word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short) {
				return f
			}
		}
	}
	return nil
}

// valuesOf are the values that are known: those of an enumeration, the exercises
// and the kernels that are here.
func valuesOf(value *kong.Value, placeholder string, exercises []*grader.Exercise) []string {
	switch placeholder {
	case "SLUG":
		var slugs []string
		for _, ex := range exercises {
			slugs = append(slugs, ex.Slug)
		}
		return slugs
	case "V", "V,V":
		return kernelNames()
	}
	if value.Enum == "" {
		return nil
	}
	return value.EnumSlice()
}

// kernelNames are those of the kernels that are here. Whatever keeps them from
// being listed, a shell can complete other words.
func kernelNames() []string {
	store, err := openStore()
	if err != nil {
		return nil
	}
	kernels, err := store.List()
	if err != nil {
		return nil
	}
	var names []string
	for _, k := range kernels {
		names = append(names, k.Name)
	}
	return names
}
