"""What the API tells people, in French: for each English template (`errors.Words`) the French one, with its facts."""

FRENCH: dict[str, str] = {
    # bodies and parameters
    "The request breaks {count} rules.": "La requête enfreint {count} règles.",
    "A request's body may have {most} bytes; this one has {size}.": (
        "Le corps d'une requête peut avoir {most} octets ; celui-ci en a {size}."
    ),
    "The body is empty; a JSON object is needed.": "Le corps est vide ; un objet JSON est attendu.",
    "The body is no well-formed JSON.": "Le corps n'est pas du JSON bien formé.",
    "The body must be JSON: send it with Content-Type: application/json.": (
        "Le corps doit être du JSON : envoyez-le avec Content-Type: application/json."
    ),
    "This method is not for this route.": "Cette méthode n'existe pas pour cette route.",
    "This value is not valid here.": "Cette valeur n'est pas valable ici.",
    "This field is required.": "Ce champ est obligatoire.",
    "There is no such field.": "Ce champ n'existe pas.",
    "This must be a text.": "Ceci doit être un texte.",
    "This must be a text of Unicode characters.": "Ceci doit être un texte de caractères Unicode.",
    "This must be true or false.": "Ceci doit être true ou false.",
    "This must be a whole number.": "Ceci doit être un nombre entier.",
    "This must be a list.": "Ceci doit être une liste.",
    "This must be an object.": "Ceci doit être un objet.",
    "This must have at least {min_length} characters.": "Ceci doit avoir au moins {min_length} caractères.",
    "This may have at most {max_length} characters.": "Ceci peut avoir au plus {max_length} caractères.",
    "This has characters that are not allowed here.": "Ceci contient des caractères qui ne sont pas admis ici.",
    "This must hold at least {min_length}.": "Il en faut au moins {min_length} ici.",
    "This may hold at most {max_length}.": "Il peut y en avoir au plus {max_length} ici.",
    "This must be at least {ge}.": "Ceci doit être au moins {ge}.",
    "This may be at most {le}.": "Ceci peut être au plus {le}.",
    "This must be {expected}.": "Ceci doit être {expected}.",
    "A value is a text of at most 32,767 characters or a number of at most 15 digits.": (
        "Une valeur est un texte d'au plus 32 767 caractères ou un nombre d'au plus 15 chiffres."
    ),
    "The parameter {name} may have at most {max_bytes} bytes.": (
        "Le paramètre {name} peut avoir au plus {max_bytes} octets."
    ),
    "This may have at most {max_bytes} bytes; it has {size}.": (
        "Ceci peut avoir au plus {max_bytes} octets; il y en a {size}."
    ),
    "A JSON object may have at most {most} members here; this one has {size}.": (
        "Un objet JSON peut avoir au plus {most} membres ici; celui-ci en a {size}."
    ),
    "A JSON object has the member {name} twice.": "Un objet JSON contient deux fois le membre {name}.",
    "This may be done {most} times in {seconds} seconds; wait a little.": (
        "Ceci est possible {most} fois par {seconds} secondes; attendez un peu."
    ),
    "A service that we need does not answer just now. Try again in a moment.": (
        "Un service dont nous dépendons ne répond pas pour le moment. Réessayez dans un instant."
    ),
    "The metadata of a batch may have {most} bytes in all, as JSON in ASCII; these have {size}: send them in several"
    " batches.": (
        "Les métadonnées d'un lot peuvent avoir {most} octets en tout, en JSON ASCII; celles-ci en ont {size} : "
        "envoyez-les en plusieurs lots."
    ),
    "The parameter {name} must be one of: {known}.": "Le paramètre {name} doit être l'un de : {known}.",
    "The parameter sort must be one of: {known}, or one after '-'.": (
        "Le paramètre sort doit être l'un de : {known}, ou l'un d'eux après « - »."
    ),
    "The parameter limit must be a number from 1 to {most}.": ("Le paramètre limit doit être un nombre de 1 à {most}."),
    "This cursor does not belong to this list, search and order.": (
        "Ce curseur n'appartient pas à cette liste, à cette recherche ou à cet ordre."
    ),
    "The parameter email is needed.": "Le paramètre email est nécessaire.",
    "An Idempotency-Key has 1 to {most} printable characters.": (
        "Une Idempotency-Key a de 1 à {most} caractères imprimables."
    ),
    "This Idempotency-Key was used for another request.": (
        "Cette Idempotency-Key a déjà servi pour une autre requête."
    ),
    # who is asking
    "This needs a valid access token.": "Un jeton d'accès valable est nécessaire.",
    "This needs a token with the scope {scope}; yours has: {scopes}.": (
        "Il faut un jeton avec la portée {scope} ; le vôtre a : {scopes}."
    ),
    "This can't be done with a personal access token: sign in.": (
        "Ceci n'est pas possible avec un jeton d'accès personnel : connectez-vous."
    ),
    "There is no such token.": "Ce jeton n'existe pas.",
    "You have {most} tokens, as many as one may have: remove one first.": (
        "Vous avez {most} jetons, le maximum possible : retirez-en un d'abord."
    ),
    "This token was made already, and its secret is shown only once: remove it and make another.": (
        "Ce jeton existe déjà et son secret n'est montré qu'une fois : retirez-le et créez-en un autre."
    ),
    "This needs at least the role {least} here; yours is {role}.": (
        "Il faut ici au moins le rôle {least} ; le vôtre est {role}."
    ),
    "Only maintainers of a group or project may look people up.": (
        "Seuls les mainteneurs d'un groupe ou d'un projet peuvent chercher des personnes."
    ),
    # groups and projects
    "There is nothing of this name here.": "Il n'y a rien de ce nom ici.",
    "There is no such group or project.": "Ce groupe ou projet n'existe pas.",
    "There is no such project.": "Ce projet n'existe pas.",
    "There is no such user.": "Cette personne n'existe pas.",
    "This user has no role here.": "Cette personne n'a pas de rôle ici.",
    "This must be a group.": "Ceci doit être un groupe.",
    "This must be a project.": "Ceci doit être un projet.",
    "Groups nest at most {most} deep.": "Les groupes s'emboîtent sur {most} niveaux au plus.",
    "This path is taken here.": "Ce chemin est déjà pris ici.",
    "This PUID is in use.": "Ce PUID est déjà utilisé.",
    "A PUID is in use, or comes twice.": "Un PUID est déjà utilisé ou figure deux fois.",
    "A PUID here is {begin} and ten of A-Z and 2-7.": "Un PUID est ici {begin} suivi de dix caractères de A-Z et 2-7.",
    "The last owner stays: make somebody else owner first.": (
        "Le dernier propriétaire reste : nommez d'abord quelqu'un d'autre propriétaire."
    ),
    "Nobody grants or changes a role above their own.": ("Personne n'accorde ni ne modifie un rôle supérieur au sien."),
    "Nobody changes their own role: ask another maintainer or owner.": (
        "Personne ne modifie son propre rôle : adressez-vous à un autre responsable ou propriétaire."
    ),
    "Your own role here ends at {latest}: give an expires_at that is not later.": (
        "Votre propre rôle ici prend fin le {latest} : indiquez un expires_at qui n'est pas plus tardif."
    ),
    "This must be a time to come, as RFC 3339 with its offset or Z.": (
        "Ceci doit être un moment à venir, selon la RFC 3339, avec son décalage ou Z."
    ),
    "A namespace is shared with a group that does not hold it already.": (
        "Un espace se partage avec un groupe qui ne le contient pas déjà."
    ),
    "It is not shared with this group.": "Ce n'est pas partagé avec ce groupe.",
    "There is no such metadata template here.": "Ce modèle de métadonnées n'existe pas ici.",
    "A metadata template of this name is here already.": "Un modèle de métadonnées porte déjà ce nom ici.",
    "A group or project has {most} metadata templates at the most.": (
        "Un groupe ou un projet a au plus {most} modèles de métadonnées."
    ),
    "Somebody else changed this metadata template just now.": (
        "Quelqu'un d'autre vient de modifier ce modèle de métadonnées."
    ),
    "A group with all below it may have {most} different metadata fields, with names of {bytes} bytes in all.": (
        "Un groupe et tout ce qu'il contient peuvent avoir {most} champs de métadonnées différents, dont les noms ont"
        " {bytes} octets en tout."
    ),
    "A group is linked with at most {most} others, and a namespace as well.": (
        "Un groupe a au plus {most} liens avec d'autres, un espace de même."
    ),
    "This scope comes twice.": "Cette portée figure deux fois.",
    # samples and files
    "There is no such sample.": "Cet échantillon n'existe pas.",
    "A sample has a name.": "Un échantillon a un nom.",
    "This PUID comes twice in the request.": "Ce PUID figure deux fois dans la requête.",
    "A sample's metadata may have {most} bytes in all; this has {size}.": (
        "Les métadonnées d'un échantillon peuvent avoir {most} octets en tout ; celles-ci en ont {size}."
    ),
    "Somebody else changed this sample just now.": "Quelqu'un d'autre vient de modifier cet échantillon.",
    "There is no such file.": "Ce fichier n'existe pas.",
    "This file is complete.": "Ce fichier est complet.",
    "This file was completed just now.": "Ce fichier vient d'être complété.",
    "This file or its mate changed just now.": "Ce fichier ou son pendant vient de changer.",
    "The file's content has not arrived.": "Le contenu du fichier n'est pas arrivé.",
    "The object has {found} bytes; {announced} were announced.": (
        "L'objet a {found} octets ; {announced} étaient annoncés."
    ),
    "The content's size is not the announced one.": "La taille du contenu n'est pas celle annoncée.",
    "The content's CRC-32 is not the announced one.": "Le CRC-32 du contenu n'est pas celui annoncé.",
    "This object may not be registered here, or it does not exist.": (
        "Cet objet ne peut pas être enregistré ici, ou il n'existe pas."
    ),
    # workflow executions
    "There is no such workflow execution.": "Cette exécution de flux de travail n'existe pas.",
    "Somebody else changed this execution just now.": "Quelqu'un d'autre vient de modifier cette exécution.",
    "An execution that is {state} can't become {wanted}.": "Une exécution {state} ne peut pas devenir {wanted}.",
    "No such sample in this namespace, or you may not use it.": (
        "Cet échantillon n'est pas dans cet espace, ou vous ne pouvez pas l'utiliser."
    ),
    "This sample comes twice.": "Cet échantillon figure deux fois.",
    "This is no sample of this execution.": "Cet échantillon ne fait pas partie de cette exécution.",
    "A samplesheet's row may have {most} bytes; this has {size}.": (
        "Une ligne de la feuille d'échantillons peut avoir {most} octets ; celle-ci en a {size}."
    ),
    # samplesheets
    "A samplesheet may have {most} bytes; this one has {size}.": (
        "Une feuille d'échantillons peut avoir {most} octets ; celle-ci en a {size}."
    ),
    "A samplesheet may have {most} rows.": "Une feuille d'échantillons peut avoir {most} lignes.",
    "A samplesheet may have {most} columns; this one has {size}.": (
        "Une feuille d'échantillons peut avoir {most} colonnes ; celle-ci en a {size}."
    ),
    "Row {row} is no CSV (RFC 4180): look for quotes.": (
        "La ligne {row} n'est pas du CSV (RFC 4180) : vérifiez les guillemets."
    ),
    "The samplesheet is empty: its first row names the columns.": (
        "La feuille d'échantillons est vide : sa première ligne nomme les colonnes."
    ),
    "The samplesheet has no row below its header.": "La feuille d'échantillons n'a pas de ligne sous son en-tête.",
    "A samplesheet has a column sample.": "Une feuille d'échantillons a une colonne sample.",
    "A samplesheet has one column of PUIDs: sample_puid or puid.": (
        "Une feuille d'échantillons a une seule colonne de PUID : sample_puid ou puid."
    ),
    "A column's name has 1 to 255 printable characters.": "Un nom de colonne a de 1 à 255 caractères imprimables.",
    "This row has {size} cells; the header has {most}.": "Cette ligne a {size} cellules ; l'en-tête en a {most}.",
    "Each row names its sample.": "Chaque ligne nomme son échantillon.",
    "The rows of one sample say different things here.": (
        "Les lignes d'un même échantillon disent ici des choses différentes."
    ),
    "Several samples here have this name: tell them apart by PUID.": (
        "Plusieurs échantillons portent ici ce nom : distinguez-les par leur PUID."
    ),
    "Another row means the same sample in another way.": "Une autre ligne désigne autrement le même échantillon.",
    "This is no PUID of a sample.": "Ceci n'est pas le PUID d'un échantillon.",
    "There is no such import.": "Cette importation n'existe pas.",
    "This import was removed meanwhile.": "Cette importation a été supprimée entre-temps.",
    "At most {most} of your imports may be worked on at once: wait for one to end.": (
        "Au plus {most} de vos importations peuvent être en cours à la fois : attendez la fin de l'une d'elles."
    ),
    "Whoever began this import may no longer import into the project.": (
        "La personne qui a lancé cette importation n'a plus le droit d'importer dans le projet."
    ),
    "What was to be imported is not there any more: begin the import anew.": (
        "Ce qui devait être importé n'est plus là : recommencez l'importation."
    ),
    "The import stopped several times at the same place: begin it anew.": (
        "L'importation s'est arrêtée plusieurs fois au même endroit : recommencez-la."
    ),
    # exports
    "There is no such export.": "Cette exportation n'existe pas.",
    "This export was removed.": "Cette exportation a été supprimée.",
    "This export was removed or has expired.": "Cette exportation a été supprimée ou a expiré.",
    "This export was removed meanwhile.": "Cette exportation a été supprimée entre-temps.",
    "This export is not ready.": "Cette exportation n'est pas prête.",
    "This export was extended already; it can be only once.": (
        "Cette exportation a déjà été prolongée ; elle ne peut l'être qu'une fois."
    ),
    "Only an export that has failed can be tried again.": "Seule une exportation qui a échoué peut être relancée.",
    "A linelist export has no preview.": "Une exportation de liste linéaire n'a pas d'aperçu.",
    "There is no such folder in this export.": "Ce dossier n'existe pas dans cette exportation.",
    "You may no longer read everything that this export holds; it can't be downloaded.": (
        "Vous ne pouvez plus lire tout ce que contient cette exportation ; elle ne peut pas être téléchargée."
    ),
    "{count} of your exports are being worked on; at most {most} may be at once. Wait for one to end, or remove one.": (
        "{count} de vos exportations sont en cours ; il peut y en avoir {most} à la fois. Attendez la fin de l'une"
        " d'elles ou supprimez-en une."
    ),
    "No such sample in this namespace, or it may not be exported by you.": (
        "Cet échantillon n'est pas dans cet espace, ou vous ne pouvez pas l'exporter."
    ),
    "None of these samples has a file of the chosen formats.": (
        "Aucun de ces échantillons n'a de fichier des formats choisis."
    ),
    "Choose at least one metadata field.": "Choisissez au moins un champ de métadonnées.",
    "The names of the fields may have {most} bytes in all; these have {size}.": (
        "Les noms des champs peuvent avoir {most} octets en tout; ceux-ci en ont {size}."
    ),
    "Choose a format of linelists; known are: {known}.": (
        "Choisissez un format de liste descriptive ; les formats connus sont : {known}."
    ),
    "Choose at least one file format.": "Choisissez au moins un format de fichier.",
    "Unknown file format; known are: {known}.": "Format de fichier inconnu ; les formats connus sont : {known}.",
    "Give either sample_ids or selection, not both.": "Donnez soit sample_ids, soit selection, mais pas les deux.",
    "Choose at least one sample.": "Choisissez au moins un échantillon.",
    "This export would have {value} samples; the limit is {most}. Choose fewer samples, and make several exports.": (
        "Cette exportation aurait {value} échantillons ; la limite est {most}. Choisissez moins d'échantillons et"
        " faites plusieurs exportations."
    ),
    "This export would have {value} files; the limit is {most}. Choose less, and make several exports.": (
        "Cette exportation aurait {value} fichiers ; la limite est {most}. Choisissez moins de choses et faites"
        " plusieurs exportations."
    ),
    "This export would have {value} bytes; the limit is {most}. Choose less, and make several exports.": (
        "Cette exportation aurait {value} octets ; la limite est {most}. Choisissez moins de choses et faites"
        " plusieurs exportations."
    ),
    "Choose at least one workflow execution.": "Choisissez au moins une exécution de flux de travail.",
    "An analysis of one's own executions is of no namespace.": (
        "Une analyse de ses propres exécutions ne se rapporte à aucun espace."
    ),
    "No such workflow execution here, or it may not be exported by you.": (
        "Cette exécution de flux de travail n'est pas ici, ou vous ne pouvez pas l'exporter."
    ),
    "This execution is {state}; only completed ones can be exported.": (
        "L'état de cette exécution est {state} ; seules celles qui sont terminées (completed) peuvent être exportées."
    ),
    "None of these executions has an output.": "Aucune de ces exécutions n'a de résultat.",
    "Something went wrong on our side.": "Une erreur est survenue de notre côté.",
    # samplesheets and files, as they are in real life
    "A base URI is s3://bucket or s3://bucket/prefix.": "Une URI de base est s3://bucket ou s3://bucket/prefixe.",
    "A direction is given together with paired_with.": "Une direction se donne avec paired_with.",
    "A field's name has 1 to 255 characters, not only blanks, no control character and no U+FFFD, and is no column of"
    " every linelist.": (
        "Le nom d'un champ a de 1 à 255 caractères, pas seulement des espaces, aucun caractère de commande ni U+FFFD, "
        "et n'est pas une colonne de toutes les listes."
    ),
    "A name has at least one character that people can see.": "Un nom a au moins un caractère visible.",
    "A pair is of two different fastq files of one sample.": (
        "Une paire se compose de deux fichiers fastq différents d'un même échantillon."
    ),
    "Give either samplesheet or samplesheet_base64.": "Indiquez soit samplesheet, soit samplesheet_base64.",
    "One of the files has a mate already: dissolve that pair first.": (
        "L'un des fichiers est déjà jumelé : défaites d'abord cette paire."
    ),
    "Rows of one sample differ in this column, which describes rows and not samples: it is not imported.": (
        "Les lignes d'un échantillon diffèrent dans cette colonne, qui décrit des lignes et non des échantillons : "
        "elle n'est pas importée."
    ),
    "S3 has another content for part {number}.": "S3 a un autre contenu pour la partie {number}.",
    "The body is not UTF-8.": "Le corps n'est pas en UTF-8.",
    "The body is not UTF-8: it holds U+FFFD.": "Le corps n'est pas en UTF-8 : il contient U+FFFD.",
    "The content of both files has to arrive first.": "Le contenu des deux fichiers doit d'abord arriver.",
    "The file is not UTF-8; it was read as {encoding}: look at accents.": (
        "Le fichier n'est pas en UTF-8; il a été lu en {encoding} : vérifiez les accents."
    ),
    "The names {first} and {second} mean the same field.": "Les noms {first} et {second} désignent le même champ.",
    "There is no such file of this sample.": "Cet échantillon n'a pas ce fichier.",
    "This file has a mate already.": "Ce fichier est déjà jumelé.",
    "This file is in no encoding that is known here: save it as CSV in UTF-8.": (
        "L'encodage de ce fichier n'est pas reconnu : enregistrez-le en CSV UTF-8."
    ),
    "This holds U+FFFD: it was not in the encoding that it was read in.": (
        "Ceci contient U+FFFD : l'encodage n'était pas celui avec lequel le texte a été lu."
    ),
    "This is no base64 (RFC 4648).": "Ceci n'est pas du base64 (RFC 4648).",
    "This upload has {total} parts.": "Ce téléversement a {total} parties.",
    "{cell} is a file of an operating system or a tool: it is left alone.": (
        "{cell} est un fichier d'un système d'exploitation ou d'un outil : il est ignoré."
    ),
    "{cell} is taken for no file.": "{cell} est compris comme l'absence de fichier.",
    "{count} of {total} parts have not arrived, the first is {first}: ask for the upload again and send them.": (
        "{count} parties sur {total} ne sont pas arrivées, la première est {first} : redemandez le téléversement et "
        "envoyez-les."
    ),
    "A file is named by its s3:// URI, or relative to base_uri.": (
        "Un fichier se nomme par son URI s3://, ou relativement à base_uri."
    ),
    "No field can have this name: the column is not imported.": (
        "Aucun champ ne peut porter ce nom : la colonne n'est pas importée."
    ),
    "Another of your exports began at the same moment. Try again.": (
        "Une autre de vos exportations a commencé au même moment. Réessayez."
    ),
    "Only linelists as csv have a delimiter and a decimal mark.": (
        "Seules les listes en csv ont un séparateur et un signe décimal."
    ),
    "The request of this export is no longer kept: create the export again.": (
        "La demande de cette exportation n'est plus conservée : créez-la de nouveau."
    ),
    "This export changed meanwhile.": "Cette exportation a changé entre-temps.",
}
