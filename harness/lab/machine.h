/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as QEMU's command line: nodes, memory, CPUs, two serial lines, the share. */
#pragma once

#include "lab/arguments.h"

struct err;
struct kernel;
struct run_options;

struct machine {
	const struct kernel *kernel;
	const struct run_options *options;
	const char *accel;		   /* "tcg" or "kvm" */
	const char *share;		   /* absolute */
	int initrd_fd, console_fd, out_fd; /* the process that runs QEMU keeps these open */
};

/* The path of QEMU, owned by the caller; NULL with the reason when it is not installed. */
char *machine_qemu(struct err *e);

/* Appends QEMU's whole argument vector, its path first. */
void machine_arguments(const struct machine *m, const char *qemu, struct arguments *a);

/* "-accel" and "-cpu" for @accel, as every guest and the probe use them. */
void machine_accel(struct arguments *a, const char *accel);
