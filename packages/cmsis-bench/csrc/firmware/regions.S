/* The table of markers that tfb_region_begin() calls into; one entry is TFB_REGION_ENTRY_BYTES long. */
    .syntax unified
    .thumb
    .section .text.tfb_region_table, "ax"
    .balign 4
    .global tfb_region_table
tfb_region_table:
    .set id, 0
    .rept 1024
    movw r12, #id
    dbg #1
    bx lr
    nop
    .set id, id + 1
    .endr
