/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of memsoak-lab; each returns the program's exit code. */
#pragma once

int command_run(int argc, char *const argv[]);
int command_ab(int argc, char *const argv[]);
int command_bisect(int argc, char *const argv[]);
int command_kernels(int argc, char *const argv[]);
