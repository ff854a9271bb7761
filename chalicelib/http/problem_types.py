"""All problem types of the API (RFC 9457): the one table of their slugs, statuses and titles.

A slug is the last segment of a type URI and never changes its meaning: clients switch on it.
"""

from dataclasses import dataclass

CONTENT_TYPE = "application/problem+json"
TYPE_ROOT = "https://seqport.example.org/problems/"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """Status and titles of a kind of problem."""

    status: int
    title: str
    french: str


PROBLEM_TYPES: dict[str, ProblemType] = {
    # unreadable requests
    "bad-request": ProblemType(400, "Invalid request", "Requête non valide"),
    "malformed-json": ProblemType(400, "The body is not JSON", "Le corps n’est pas du JSON"),
    "content-type": ProblemType(400, "Wrong content type", "Type de contenu inattendu"),
    "bad-parameter": ProblemType(400, "Invalid parameter", "Paramètre non valide"),
    "bad-limit": ProblemType(400, "Invalid parameter", "Paramètre non valide"),
    "bad-sort": ProblemType(400, "Invalid parameter", "Paramètre non valide"),
    "bad-cursor": ProblemType(400, "Invalid parameter", "Paramètre non valide"),
    "bad-idempotency-key": ProblemType(400, "Invalid header", "En-tête non valide"),
    # authentication
    "unauthorized": ProblemType(401, "Sign in first", "Connectez-vous d’abord"),
    "forbidden": ProblemType(403, "Not allowed", "Non autorisé"),
    "role-too-low": ProblemType(403, "Your role is too low", "Votre rôle ne suffit pas"),
    "right-lost": ProblemType(403, "No longer allowed", "N’est plus autorisé"),
    "group-creators": ProblemType(403, "Not everybody may create this", "Création réservée"),
    "own-membership": ProblemType(403, "Your own membership", "Votre propre adhésion"),
    "token-scope": ProblemType(403, "Not allowed with this token", "Non autorisé avec ce jeton"),
    # existence
    "not-found": ProblemType(404, "Not found", "Introuvable"),
    "method-not-allowed": ProblemType(405, "Method not allowed", "Méthode non autorisée"),
    "gone": ProblemType(410, "Gone", "N’existe plus"),
    # conflicts
    "conflict": ProblemType(409, "Conflict", "Conflit"),
    "already-extended": ProblemType(409, "Already extended", "Déjà prolongée"),
    "already-complete": ProblemType(409, "Already complete", "Déjà complet"),
    "changed-meanwhile": ProblemType(409, "Changed in the meantime", "Modifié entre-temps"),
    "completed-meanwhile": ProblemType(409, "Changed in the meantime", "Modifié entre-temps"),
    "last-owner": ProblemType(409, "Last owner", "Dernier propriétaire"),
    "name-taken": ProblemType(409, "The name is in use", "Le nom est déjà utilisé"),
    "not-failed": ProblemType(409, "Not failed", "Pas en échec"),
    "not-ready": ProblemType(409, "Not ready", "Pas encore prêt"),
    "already-member": ProblemType(409, "Already a member", "Déjà membre"),
    "already-paired": ProblemType(409, "Already paired", "Déjà apparié"),
    "parts-missing": ProblemType(409, "Parts are missing", "Des parties manquent"),
    "path-taken": ProblemType(409, "Path in use", "Chemin déjà utilisé"),
    "folder-taken": ProblemType(409, "The folder is in use", "Le dossier est déjà utilisé"),
    "puid-taken": ProblemType(409, "The PUID is in use", "Le PUID est déjà utilisé"),
    "request-expired": ProblemType(409, "Request expired", "Demande expirée"),
    "secret-shown": ProblemType(409, "A secret is shown once", "Un secret n’est montré qu’une fois"),
    "state-not-possible": ProblemType(409, "Invalid state transition", "Changement d’état non valide"),
    "too-deep": ProblemType(409, "Too deep", "Trop profond"),
    "too-many-invitations": ProblemType(409, "Too many invitations", "Trop d’invitations"),
    "too-many-links": ProblemType(409, "Too many links", "Trop de liens"),
    "too-many-templates": ProblemType(409, "Too many templates", "Trop de modèles"),
    "too-many-webhooks": ProblemType(409, "Too many webhooks", "Trop de webhooks"),
    "too-many-tokens": ProblemType(409, "Too many tokens", "Trop de jetons"),
    "upload-missing": ProblemType(409, "The content is missing", "Le contenu manque"),
    # broken rules
    "invalid": ProblemType(422, "Invalid request", "Requête non valide"),
    "checksum-differs": ProblemType(422, "The checksum differs", "La somme de contrôle diffère"),
    "idempotency-key-reused": ProblemType(422, "Idempotency key reused", "Clé d’idempotence réutilisée"),
    "limit-exceeded": ProblemType(422, "Limit exceeded", "Limite dépassée"),
    "link-not-possible": ProblemType(422, "Sharing not possible", "Partage impossible"),
    "no-file-format": ProblemType(422, "No file format", "Aucun format de fichier"),
    "no-matching-file": ProblemType(422, "No file to export", "Aucun fichier à exporter"),
    "no-metadata-field": ProblemType(422, "No metadata field", "Aucun champ de métadonnées"),
    "no-output": ProblemType(422, "No output to export", "Aucun résultat à exporter"),
    "no-sample": ProblemType(422, "No sample", "Aucun échantillon"),
    "no-workflow-execution": ProblemType(422, "No workflow execution", "Aucune exécution de flux de travail"),
    "not-completed": ProblemType(422, "Not completed", "Pas encore terminée"),
    "outlasts-own-role": ProblemType(422, "Longer than your own role", "Plus long que votre propre rôle"),
    "pair-not-possible": ProblemType(422, "Not a valid pair", "Paire non valide"),
    "parts-refused": ProblemType(422, "Parts were refused", "Des parties ont été refusées"),
    "sample-not-found": ProblemType(422, "No such sample", "Échantillon introuvable"),
    "size-differs": ProblemType(422, "The size differs", "La taille diffère"),
    "source-not-allowed": ProblemType(422, "Source not allowed", "Source non autorisée"),
    "too-many-fields": ProblemType(422, "Too many metadata fields", "Trop de champs de métadonnées"),
    "unknown-file-format": ProblemType(422, "Unknown file format", "Format de fichier inconnu"),
    "workflow-execution-not-found": ProblemType(
        422, "No such workflow execution", "Exécution de flux de travail introuvable"
    ),
    "unknown-linelist-format": ProblemType(422, "Unknown linelist format", "Format de liste linéaire inconnu"),
    # limits and server errors
    "too-large": ProblemType(413, "Too large", "Trop volumineux"),
    "too-many": ProblemType(429, "Too many at once", "Trop à la fois"),
    "too-many-exports": ProblemType(429, "Too many exports at once", "Trop d’exportations à la fois"),
    "too-many-requests": ProblemType(429, "Too many requests", "Trop de requêtes"),
    "not-indexed": ProblemType(503, "Samples are being indexed", "Indexation des échantillons en cours"),
    "unavailable": ProblemType(503, "Not available just now", "Momentanément indisponible"),
    "internal": ProblemType(500, "Something went wrong", "Une erreur est survenue"),
}
