# Print the Makefile's help: `##@ Section` lines and `target: ## what it does`.
BEGIN { FS = ":.*## "; print "usage: make <target> [NAME=value]" }
/^##@/ { printf "\n%s\n", substr($0, 5) }
/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $1, $2 }
