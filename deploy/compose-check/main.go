// Command compose-check loads a compose file with the Compose specification's own library, as `docker compose config`
// would, and prints the names of its services. Variables and profiles come from the environment.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithOsEnv, cli.WithDefaultProfiles(), cli.WithInterpolation(true), cli.WithConsistency(true))
	if err == nil {
		project, failure := options.LoadProject(context.Background())
		if failure == nil {
			for _, name := range project.ServiceNames() {
				fmt.Println(name)
			}
			return
		}
		err = failure
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
