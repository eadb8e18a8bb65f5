/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How this kernel waits on a migration entry, and which fixes it has, by the functions in its list
 * of symbols: A holds a page reference while waiting, B takes a brief one (9a1ea439b16b), C takes
 * none (ffa65753c431). A symbol proves that the helper is there, not that migration uses it: a
 * kernel that undoes the fix inside the helper looks like one that has it. What a kernel does is
 * told by reports/behaviour.h.
 *
 * Each answer rests on names that are there and on names that are not. Only a complete list can
 * show the latter, so a list that is empty or cut answers nothing: "unknown".
 */
#pragma once

struct jsonw;

/*
 * "A", "B", "C" or "unknown". @path: a list of symbols like /proc/kallsyms, below @dir_fd as in
 * openat(). Addresses may all be zero.
 */
const char *fingerprint_generation(int dir_fd, const char *path);

/*
 * {generation, evidence: [text, ...], fixes: {name: {answer: yes|no|unknown, evidence: [text,
 * ...]}}}: evidence is symbols that are there, and sentences about those that are not. Owned by
 * the caller.
 */
struct jsonw *fingerprint_describe(int dir_fd, const char *path);
