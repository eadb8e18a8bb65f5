/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How this kernel waits on a migration entry, by the functions that it has:
 * A holds a page reference while waiting, B takes a brief one (9a1ea439b16b), C takes none
 * (ffa65753c431). A symbol proves that the helper is there, not that migration uses it.
 */
#pragma once

struct jsonw;

/* "A", "B", "C" or "unknown". @kallsyms NULL: /proc/kallsyms. */
const char *fingerprint_generation(const char *kallsyms);

/* {generation, evidence: [symbol, ...]}; owned by the caller. */
struct jsonw *fingerprint_describe(const char *kallsyms);
