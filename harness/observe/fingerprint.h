/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How this kernel waits on a migration entry, by the functions that it has:
 * A holds a page reference while waiting, B takes a brief one (9a1ea439b16b), C takes none
 * (ffa65753c431). A symbol proves that the helper is there, not that migration uses it: a kernel
 * that undoes the fix inside the helper looks like one that has it.
 */
#pragma once

struct jsonw;

/*
 * "A", "B", "C" or "unknown". @path: a list of symbols like /proc/kallsyms, below @dir_fd as in
 * openat().
 */
const char *fingerprint_generation(int dir_fd, const char *path);

/* {generation, evidence: [symbol, ...]}; owned by the caller. */
struct jsonw *fingerprint_describe(int dir_fd, const char *path);
