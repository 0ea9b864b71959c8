/** Bytes of dictionary.txt. */
export const DICTIONARY_LENGTH = 1057;
/** dictionary.txt, coded by the model that it primes. Written by scripts/packed-dictionary.ts. */
export const DICTIONARY =
  'hN98ZKi5rrfY7fMWRiMng7ZsezhrhnJSw3KvVcvoP5U0BW+eiMrlKKFNPggIgaLlizPFEEQ69nu6+J9uVU3A+I+qYMew/UO2gsS075xyNxMiYVpkhla8yYxEQEA0DV+qkzX8qvDgpId8HImlL+LlEJshL4Dvql/UTyhL6r27km6jQpzTwvFgKXWGARvn2hwK9BOBNWOkVXwkpY1uo54R7BBOISQFmaERQeaqjf56mD2l+I3RFsbXKYVvIpr6FFx5uHfIoIeTk/7JJVUSlF/V2fE5HBYfkQSNi7mP6Wdm8+cA/D3KO1ghx/Vir27/mZRjLGE1e/yNrCNqfn8VZ9hevd9rrg/zaokNx/cLSdolwgd/Jl9T3SML26FOR2iX+8EphC1jIIfjACh2+1lcBb86b+KIoZh09IxIWxnxFGa16VgEl/1b/PbhnDUvM13i+7nzcPY01aYSd+kGEDy2IJSGlUOSTXSMzefqu2zizQfa5BL1cJ3uAF+fU1HIO4STHapiarItgCOsC4Tgw/4xBBU69vEQcutXN43s34YrSFdU6jslJUTKfOVrmj/hJq2OJPigDHngQrb0vR+De2CW5F6NAMdSBLyg9OIGLbMs0TNx76nxIumXEn1iHyCdQ7kpaDo=';
