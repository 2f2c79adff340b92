// SMTPServer is an e-mail sending company in one program.
package main

import (
	"os"

	"smtpserver/app/cli"
)

func main() { os.Exit(cli.Main(os.Args, os.Environ(), os.Stdout, os.Stderr)) }
