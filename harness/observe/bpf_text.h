/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A BPF program while it is being written: instructions one after the other, jumps by label. Only
 * what a small tracing program needs. Nothing here fails at once: bpf_text_end() says whether all
 * went in and every jump has its label.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BPF_TEXT_MAX 512
#define BPF_TEXT_LABELS 64

struct bpf_text {
	struct bpf_insn insns[BPF_TEXT_MAX];
	int16_t jumps_to[BPF_TEXT_MAX];	 /* label + 1; 0: no jump */
	int16_t labels[BPF_TEXT_LABELS]; /* where; -1: not set */
	size_t n, n_labels;
	bool is_full;
};

void bpf_text_begin(struct bpf_text *t);
/* -E2BIG: more instructions or labels than there is room for; -EINVAL: a jump without a label. */
int bpf_text_end(struct bpf_text *t);

/* @size: BPF_B, BPF_H, BPF_W, BPF_DW. Registers are numbers: 10 is the frame pointer. */
void bpf_load(struct bpf_text *t, int size, int to, int from, int offset);
void bpf_store(struct bpf_text *t, int size, int to, int offset, int from);
void bpf_store_number(struct bpf_text *t, int size, int to, int offset, int32_t number);
void bpf_add_atomic(struct bpf_text *t, int size, int to, int offset, int from);

/* @operation: BPF_MOV, BPF_ADD, BPF_SUB, BPF_AND, BPF_OR, BPF_LSH, BPF_RSH, BPF_ARSH; of 64 bits.
 */
void bpf_number(struct bpf_text *t, int operation, int to, int32_t number);
void bpf_register(struct bpf_text *t, int operation, int to, int from);

void bpf_load_map(struct bpf_text *t, int to, int map_fd);
void bpf_call_helper(struct bpf_text *t, int32_t helper);
void bpf_return(struct bpf_text *t);

int bpf_label(struct bpf_text *t);		   /* a new one, not yet set */
void bpf_set_label(struct bpf_text *t, int label); /* here */
void bpf_jump(struct bpf_text *t, int label);
/* @condition: BPF_JEQ, BPF_JNE, BPF_JSGT, BPF_JSLE, BPF_JGE, BPF_JSET ...; of 64 bits */
void bpf_jump_number(struct bpf_text *t, int condition, int a, int32_t number, int label);
void bpf_jump_register(struct bpf_text *t, int condition, int a, int b, int label);
