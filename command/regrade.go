package command

import "context"

type regradeCmd struct {
	Changed  bool   `help:"Only those whose exercise, submission, kernel or tool is another than when they were graded."`
	Kernel   string `short:"k" placeholder:"V" help:"Grade on this kernel instead."`
	Jobs     int    `short:"j" default:"0" help:"How many submissions to grade at a time. Default: one for each processor."`
	ExitZero bool   `help:"End with 0 also when a submission has not full marks."`
	Out      string `arg:"" help:"The folder that bpfgrade grade --all wrote to."`
}

func (c *regradeCmd) Run(ctx context.Context, env *environment) error {
	s, err := readSettings(c.Out)
	if err != nil {
		return err
	}
	grade := &gradeCmd{
		Exercise: s.Exercise, Kernel: s.Kernel, Backend: s.Backend, Seed: s.Seed, Fresh: s.Fresh,
		All: s.All, Out: c.Out, Also: s.Also, Shard: s.Shard,
		Format: "text", Jobs: c.Jobs, ExitZero: c.ExitZero, Regrade: !c.Changed,
	}
	if c.Kernel != "" {
		grade.Kernel = c.Kernel
	}
	return (&classRun{gradeCmd: grade, env: env, changed: c.Changed}).grade(ctx)
}
