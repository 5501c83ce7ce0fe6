// Package kernel finds, fetches and keeps the Linux kernels that grade.
package kernel

// Kernel is a kernel that can be booted.
type Kernel struct {
	// Name is how a user names it, unique in the store: the upstream version,
	// such as "6.12.117".
	Name string `json:"name"`
	// Release is what uname -r prints.
	Release string `json:"release"`
	// Image is the path of the bootable image.
	Image string `json:"image"`
	// Modules is the folder with the kernel's modules, or empty.
	Modules string `json:"modules"`
	// Origin says where it came from.
	Origin string `json:"origin"`
}
