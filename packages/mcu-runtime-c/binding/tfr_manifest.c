#include "tfr_manifest.h"

#define TFR_KERNEL_1(name, op) "kernel " #name " " #op " 1",
#define TFR_KERNEL_2(name, op) "kernel " #name " " #op " 2",
#define TFR_KERNEL_3(name, op) "kernel " #name " " #op " 3",
#define TFR_STRUCT_BEGIN(op) "struct " #op,
#define TFR_I32(field) "field i32 " #field,
#define TFR_POINTER(kind, field) "field " #kind "* " #field,
#define TFR_STRUCT_END(op)
const char *const tfr_manifest_lines[] = {
#include "tfr/tfr_kernels.def"
#include "tfr/tfr_params.def"
};

const uint32_t tfr_manifest_line_count = sizeof tfr_manifest_lines / sizeof tfr_manifest_lines[0];
