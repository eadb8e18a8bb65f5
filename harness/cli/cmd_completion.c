// SPDX-License-Identifier: GPL-2.0-or-later
/* The completion asks the program itself, so that it never falls behind the option tables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/options.h"
#include "cli/commands.h"
#include "reports/export/export.h"

static const struct option_command command = {
	.program = "memsoak completion",
	.usage = "SHELL",
	.summary = "Prints the completion for a shell (bash): eval \"$(memsoak completion bash)\".",
};

static void print_bash(void)
{
	(void)puts("# bash completion for memsoak\n"
		   "_memsoak()\n"
		   "{\n"
		   "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
		   "\tCOMPREPLY=()");
	(void)fputs("\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '",
		    stdout);
	for (unsigned int i = 0; i < n_commands; i++)
		(void)printf("%s%s", i ? " " : "", commands[i].name);
	(void)puts("' -- \"$word\")\n"
		   "\t\treturn\n"
		   "\tfi\n"
		   "\tcase $before in\n"
		   "\t--profile|-p)\n"
		   "\t\tmapfile -t COMPREPLY < <(compgen -W \"$(basename -s .ini -a /etc/memsoak/*.ini "
		   "/usr/share/memsoak/profiles/*.ini 2>/dev/null)\" -- \"$word\"; compgen -f -- \"$word\")\n"
		   "\t\treturn ;;\n"
		   "\t--format|-f)");
	(void)fputs("\t\tmapfile -t COMPREPLY < <(compgen -W '", stdout);
	for (size_t i = 0; i < n_export_formats; i++)
		(void)printf("%s%s", i ? " " : "", export_formats[i].name);
	(void)puts("' -- \"$word\")\n"
		   "\t\treturn ;;\n"
		   "\tesac\n"
		   "\tif [[ $word == -* ]]; then\n"
		   "\t\tmapfile -t COMPREPLY < <(compgen -W \"$(memsoak \"${COMP_WORDS[1]}\" --help 2>/dev/null |\n"
		   "\t\t\tgrep -oE -- '--[a-z-]+' | sort -u)\" -- \"$word\")\n"
		   "\telse\n"
		   "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
		   "\tfi\n"
		   "}\n"
		   "complete -F _memsoak memsoak");
}

int cmd_completion(int argc, char *const argv[])
{
	struct option_list words = {0};
	struct err e = {0};
	int code = EXIT_PASS;
	int r = options_parse(&command, argc, argv, NULL, &words, &e);

	if (r == 0 && (words.n_items != 1 || strcmp(words.items[0], "bash") != 0))
		r = options_refuse(&command, &e, "say for which shell, there is: bash");
	if (r < 0) {
		log_error("%s", e.text);
		code = EXIT_USAGE;
	} else if (r == 0) {
		print_bash();
	}
	option_list_done(&words);
	return code;
}
